// What was drawn last, left in localStorage by a page that goes away. IndexedDB, where drawings live, is written a moment
// later and not at all once the page is gone; localStorage is written before the browser takes it away.
import * as v from 'valibot'
import { isRefused, readSaved, writeSaved } from './saved.ts'

const NAME = 'unsaved'
/** Drawings whose last changes are kept; of older ones IndexedDB has long been written. */
const KEPT = 4

const UnsavedSchema = v.array(
  v.object({
    drawing: v.string(),
    value: v.unknown(),
    /** IndexedDB refused the drawing: what is left here is all that there is. */
    unkept: v.optional(v.boolean(), false),
  }),
)
type Unsaved = v.InferOutput<typeof UnsavedSchema>

function entries(): Unsaved {
  return readSaved(NAME, UnsavedSchema) ?? []
}

function others(drawing: string): Unsaved {
  return entries().filter((entry) => entry.drawing !== drawing)
}

/** Leaves `value`, which must be JSON, for whoever opens `drawing` next. What is `unkept` makes room for no other. */
export function leaveUnsaved(drawing: string, value: unknown, { unkept = false } = {}): void {
  const all = [{ drawing, value, unkept }, ...others(drawing)]
  const old = new Set(all.filter((entry) => !entry.unkept).slice(KEPT))
  writeSaved(
    NAME,
    all.filter((entry) => !old.has(entry)),
  )
}

/** Whether this page alone remembers drawings that were left here: neither storage took them. */
export function holdsUnkept(): boolean {
  return isRefused(NAME) && entries().some(({ unkept }) => unkept)
}

/** What was left for `drawing`; left by another version of this page it may be no longer what `schema` says. */
export function readUnsaved<T>(drawing: string, schema: v.GenericSchema<unknown, T>): T | undefined {
  const found = entries().find((entry) => entry.drawing === drawing)
  const result = found && v.safeParse(schema, found.value)
  return result?.success ? result.output : undefined
}

/** The page is there, and what it shows is the truth. Writes nothing when nothing was left. */
export function forgetUnsaved(drawing: string): void {
  if (entries().some((entry) => entry.drawing === drawing)) writeSaved(NAME, others(drawing))
}

/**
 * Calls `leave` whenever the page may be on its way out, forgets what it left when it was not, and what a second page
 * of the same drawing left when that one closed: its strokes came here as they were drawn. Returns the stop, which
 * leaves too: the page stays, but the drawing goes.
 */
export function onLeaving(drawing: string, leave: () => void): () => void {
  const onVisibility = () => (document.visibilityState === 'hidden' ? leave() : forgetUnsaved(drawing))
  const onStorage = () => {
    if (document.visibilityState === 'visible') forgetUnsaved(drawing)
  }
  window.addEventListener('pagehide', leave)
  document.addEventListener('visibilitychange', onVisibility)
  window.addEventListener('storage', onStorage)
  return () => {
    window.removeEventListener('pagehide', leave)
    document.removeEventListener('visibilitychange', onVisibility)
    window.removeEventListener('storage', onStorage)
    leave()
  }
}
