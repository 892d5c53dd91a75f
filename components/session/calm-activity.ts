// While the pen moves, the true activity changes ten times a second. Words that flicker cannot be read, so the ones
// that are usually over at once wait a moment before they are shown.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Activity } from '../../lib/client/types.ts'

const PATIENCE_MS: Record<Activity, number> = {
  'up-to-date': 220,
  queued: 350,
  generating: 60,
  refining: 0,
  loading: 0,
  offline: 0,
  paused: 0,
}

interface Source {
  getState(): { readonly activity: Activity }
  subscribe(listener: (state: { readonly activity: Activity }) => void): () => void
}

/** Follows `source`; returns the calm store and the stop. */
export function calmActivity(source: Source): { store: StoreApi<{ activity: Activity }>; stop: () => void } {
  const store = createStore<{ activity: Activity }>()(() => ({ activity: source.getState().activity }))
  let timer: ReturnType<typeof setTimeout> | undefined
  let awaited: Activity | undefined
  const cancel = () => {
    clearTimeout(timer)
    timer = undefined
    awaited = undefined
  }
  const unsubscribe = source.subscribe(({ activity }) => {
    if (activity === awaited) return
    cancel()
    if (activity === store.getState().activity) return
    const waitMs = PATIENCE_MS[activity]
    if (waitMs === 0) {
      store.setState({ activity })
      return
    }
    awaited = activity
    timer = setTimeout(() => {
      cancel()
      store.setState({ activity })
    }, waitMs)
  })
  const stop = () => {
    unsubscribe()
    cancel()
  }
  return { store, stop }
}
