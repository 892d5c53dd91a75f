// tldraw tells of what changed in the next animation frame and gathers it until then. A page that nobody sees has no
// frames: what other tabs draw, and what a program puts there, would be gathered for as long as it is out of sight, and
// neither kept nor told.
import type { TLStore } from 'tldraw'
import type { Clock } from '../../../lib/std/clock.ts'

const EVERY_MS = 1000

/** Whoever listens to the store is told now. */
export function flushStore(store: Pick<TLStore, 'listen'>): void {
  // A listener is told from the moment on at which it came, so the others are told first.
  store.listen(() => undefined)()
}

/** Flushes when the page goes out of sight, and then once a second until it is seen again; returns the end of it. */
export function flushWhileHidden(store: Pick<TLStore, 'listen'>, clock: Pick<Clock, 'setTimer'>): () => void {
  let cancel: (() => void) | undefined
  const flush = () => {
    cancel?.()
    cancel = undefined
    if (!document.hidden) return
    flushStore(store)
    cancel = clock.setTimer(flush, EVERY_MS)
  }
  flush()
  document.addEventListener('visibilitychange', flush)
  return () => {
    document.removeEventListener('visibilitychange', flush)
    cancel?.()
  }
}
