// Which drawing is open. The address is the truth: `/?d=<id>`; a plain `/` starts a new drawing on the example.
import { createStore } from 'zustand/vanilla'
import { addressOf, drawingIdOf, newDrawingId } from './drawing-id.ts'
import { openSession, type OpenOptions, type Session } from './session.ts'

export const current = createStore<{ readonly session: Session | undefined }>()(() => ({
  session: undefined,
}))

function open(options: OpenOptions): void {
  current.getState().session?.dispose()
  current.setState({ session: openSession({ canvas: wish, ...options }) })
}

/** The plain canvas where tldraw would be shown, for as long as this page is open: its address loses the parameter. */
let wish: 'auto' | 'plain' = 'auto'

/** The id this page made up for a plain `/`: React's strict mode opens, closes and opens again at the new address. */
let madeUp: string | undefined

function openAddressed(): void {
  const named = drawingIdOf(window.location.search)
  const id = named ?? newDrawingId()
  if (!named) {
    madeUp = id
    window.history.replaceState(null, '', addressOf(id))
  }
  open({ id, start: id === madeUp ? 'example' : 'blank' })
}

/** Opens what the address names and follows it; returns the close. */
export function followAddress(): () => void {
  if (new URLSearchParams(window.location.search).get('surface') === 'plain') wish = 'plain'
  const follow = () => {
    madeUp = undefined
    openAddressed()
  }
  openAddressed()
  window.addEventListener('popstate', follow)
  return () => {
    window.removeEventListener('popstate', follow)
    current.getState().session?.dispose()
    current.setState({ session: undefined })
  }
}

/** Opens a drawing under a new id, so that nothing that was is lost: "back" returns to it. */
export function openNew(options: Omit<OpenOptions, 'id'>): void {
  const id = newDrawingId()
  window.history.pushState(null, '', addressOf(id))
  open({ id, ...options })
}

export function openExisting(id: string): void {
  window.history.pushState(null, '', addressOf(id))
  open({ id, start: 'blank' })
}
