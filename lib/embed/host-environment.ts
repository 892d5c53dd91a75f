import type { HostEnvironment } from './host.ts'
import { exactOrigin } from './options.ts'
import { messagesOf } from './postbox.ts'

/** The real browser. */
export function browserHostEnvironment(): HostEnvironment {
  return {
    clock: {
      setTimer: (run, delayMs) => {
        const id = setTimeout(run, delayMs)
        return () => clearTimeout(id)
      },
    },
    fetch: (url, init) => fetch(url, init),
    listen: messagesOf(window),
    origin: originOfPage(),
    random: () => Math.random(),
    onOnline: (listener) => {
      window.addEventListener('online', listener)
      return () => window.removeEventListener('online', listener)
    },
    onViolation: (listener) => {
      document.addEventListener('securitypolicyviolation', listener)
      return () => document.removeEventListener('securitypolicyviolation', listener)
    },
  }
}

/**
 * Its address does not always tell it: a frame of `srcdoc` has its parent's, a sandboxed one has none ("null"). Otherwise
 * the address is believed, because `origin` is a name that a page's own scripts may have taken.
 */
export function originOfPage(): string {
  const ofAddress = exactOrigin(location.origin)
  return ofAddress !== undefined && self.origin !== 'null' ? ofAddress : self.origin
}
