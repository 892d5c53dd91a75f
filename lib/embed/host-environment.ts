import type { HostEnvironment } from './host.ts'
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
    origin: location.origin,
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
