// Which drawing is open. The address is the truth: `/?d=<id>`; a plain `/` starts a new drawing on the example.
import { createStore } from 'zustand/vanilla'
import type { DrawParams } from '../../lib/protocol/params.ts'
import type { DrawingContent } from '../canvas/drawing-content.ts'
import { addressOf, drawingIdOf, newDrawingId } from './drawing-id.ts'
import { rememberDrawing, writeSettings } from './saved.ts'
import { openSession, type OpenOptions, type Session } from './session.ts'

/** How a drawing came to be open: a plain `/`, an address that named it, or what somebody chose on the page. */
export type Way = 'plain' | 'named' | 'chosen'

export const current = createStore<{ readonly session: Session | undefined; readonly way: Way }>()(() => ({
  session: undefined,
  way: 'plain',
}))

function open(way: Way, options: OpenOptions): void {
  current.getState().session?.dispose()
  current.setState({ session: openSession({ canvas: wish, ...options }), way })
}

/** The plain canvas where tldraw would be shown, for as long as this page is open. */
let wish: 'auto' | 'plain' = 'auto'

/** With the wish in it: a reload shows what was drawn where it was drawn. */
function addressHere(id: string): string {
  return wish === 'plain' ? `${addressOf(id)}&surface=plain` : addressOf(id)
}

/** The id this page made up for a plain `/`: React's strict mode opens, closes and opens again at the new address. */
let madeUp: string | undefined

function openAddressed(): void {
  const named = drawingIdOf(window.location.search)
  const id = named ?? newDrawingId()
  if (!named) {
    madeUp = id
    window.history.replaceState(null, '', addressHere(id))
  }
  if (id === madeUp) open('plain', { id, start: 'example' })
  else open('named', { id, start: 'blank' })
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

interface NewDrawing {
  /** Blank, or what a file holds. */
  readonly start: 'blank' | DrawingContent
  readonly params?: Partial<DrawParams>
  /** Without it the seed is the one that comes with the drawing. */
  readonly seedLocked?: boolean
}

/**
 * Opens a drawing under a new id, so that nothing that was is lost: "back" returns to it. Its settings are saved at once,
 * or a reload would lose them; a blank page is no drawing that the menu offers yet.
 */
export function openNew({ start, params, seedLocked = true }: NewDrawing): void {
  const id = newDrawingId()
  if (params) writeSettings(id, { params, seedLocked })
  if (start !== 'blank') rememberDrawing({ id, atMs: Date.now(), prompt: params?.prompt ?? '' })
  window.history.pushState(null, '', addressHere(id))
  open('chosen', { id, start, ...(params ? { params } : {}) })
}

export function openExisting(id: string): void {
  window.history.pushState(null, '', addressHere(id))
  open('chosen', { id, start: 'blank' })
}
