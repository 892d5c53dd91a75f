// What was drawn last, left in localStorage by a page that goes away. IndexedDB, where drawings live, is written a moment
// later and not at all once the page is gone; localStorage is written before the browser takes it away.
import * as v from 'valibot'
import {
  isRefused,
  readSaved,
  refusedNames,
  removeSaved,
  removeStored,
  storedNames,
  writeSaved,
} from './saved.ts'

/** Each drawing has a name of its own: to forget one then takes no room, and storage never refuses it. */
const BEGINNING = 'unsaved:'
/** Where versions before left those of all drawings and of both canvases, the newest first. */
const JOINT = 'unsaved'
/** Drawings whose last changes are kept; of older ones IndexedDB has long been written. */
const KEPT = 4

const EntrySchema = v.object({
  value: v.unknown(),
  /** IndexedDB refused the drawing: what is left here is all that there is. */
  unkept: v.optional(v.boolean(), false),
  /** Later than that of all that was left before. */
  leftAtMs: v.number(),
})
type Entry = v.InferOutput<typeof EntrySchema>

const JointSchema = v.array(v.object({ ...v.omit(EntrySchema, ['leftAtMs']).entries, drawing: v.string() }))

interface Named {
  readonly name: string
  readonly entry: Entry
}

const nameOf = (drawing: string) => BEGINNING + drawing

/** As which the plain canvas leaves `drawing`: neither canvas reads what the other left, so that it is not theirs to forget. */
export const onPlain = (drawing: string) => `plain:${drawing}`
const OfPlainSchema = v.object({ plain: v.literal(1) })

function entryOf(name: string): Entry | undefined {
  return readSaved(name, EntrySchema)
}

/**
 * Leaves `value`, which must be JSON, for whoever opens `drawing` next. What IndexedDB took of other drawings, or is about
 * to, makes room for it; what is `unkept` makes room for no other.
 */
export function leaveUnsaved(drawing: string, value: unknown, { unkept = false } = {}): void {
  const name = nameOf(drawing)
  const others = storedBeside(name)
  const before = [entryOf(name), others.at(-1)?.entry].map((entry) => entry?.leftAtMs ?? 0)
  const leftAtMs = Math.max(Date.now(), ...before.map((ms) => ms + 1))
  const spare = others.filter(({ entry }) => !entry.unkept)
  const old = spare.splice(0, spare.length - (KEPT - 1))
  old.forEach((one) => removeSaved(one.name))
  writeSaved(name, { value, unkept, leftAtMs } satisfies Entry)
  makeRoom(name, spare)
  // The next page would take an older value for the last one, and put it over what IndexedDB has since. Where IndexedDB
  // refuses the drawing, that value is better than none.
  if (!unkept && isRefused(name)) removeStored(name)
}

/** Oldest first. */
function storedBeside(name: string): Named[] {
  return storedNames(BEGINNING)
    .filter((other) => other !== name)
    .flatMap((other) => {
      const entry = entryOf(other)
      return entry ? { name: other, entry } : []
    })
    .sort((one, other) => one.entry.leftAtMs - other.entry.leftAtMs)
}

/** Storage takes what is under `name` in the place of as few of `spare` as will do; they stay where not even all will. */
function makeRoom(name: string, spare: readonly Named[]): void {
  const gone: Named[] = []
  for (const one of spare) {
    if (!isRefused(name)) return
    removeSaved(one.name)
    gone.push(one)
  }
  if (isRefused(name)) for (const { name: other, entry } of gone) writeSaved(other, entry)
}

/** Each drawing's gets a name of its own, and the joint one goes. What has its own already is newer. */
function takeJointApart(): void {
  const joint = readSaved(JOINT, JointSchema)
  if (!joint) return
  removeSaved(JOINT)
  joint.forEach(({ drawing, value, unkept }, at) => {
    const name = nameOf(v.is(OfPlainSchema, value) ? onPlain(drawing) : drawing)
    if (!entryOf(name)) writeSaved(name, { value, unkept, leftAtMs: -at } satisfies Entry)
  })
}

/** Whether this page alone remembers drawings that were left here: neither storage took them. */
export function holdsUnkept(): boolean {
  return refusedNames().some((name) => name.startsWith(BEGINNING) && entryOf(name)?.unkept)
}

/** What was left for `drawing`; left by another version of this page it may be no longer what `schema` says. */
export function readUnsaved<T>(drawing: string, schema: v.GenericSchema<unknown, T>): T | undefined {
  takeJointApart()
  const entry = entryOf(nameOf(drawing))
  const result = entry && v.safeParse(schema, entry.value)
  return result?.success ? result.output : undefined
}

/** The page is there, and what it shows is the truth. */
export function forgetUnsaved(drawing: string): void {
  takeJointApart()
  removeSaved(nameOf(drawing))
}

/** For who reads what IndexedDB has before what was left: another page that closed the drawing does not forget it now. */
export function claimUnsaved(drawing: string): void {
  takeJointApart()
  const name = nameOf(drawing)
  const entry = entryOf(name)
  if (entry)
    writeSaved(name, { ...entry, leftAtMs: Math.max(Date.now(), entry.leftAtMs + 1) } satisfies Entry)
}

/**
 * For a page that closed the drawing and still writes it: the call that forgets what is left now, once IndexedDB has all
 * of it. What is left or claimed after this, by a page that opened the drawing again, stays; what is `unkept` does too.
 */
export function forgetOnceWritten(drawing: string): () => void {
  const name = nameOf(drawing)
  const left = entryOf(name)
  return () => {
    if (left && !left.unkept && entryOf(name)?.leftAtMs === left.leftAtMs) removeSaved(name)
  }
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
