// What this browser remembers in localStorage: settings of each drawing, the list of drawings, and how the page looks.
// Everything read back is checked: storage may hold what an older version wrote, or be refused altogether.
import * as v from 'valibot'
import { firstChars } from '../../lib/std/text.ts'
import { isEmbedded } from './drawing-id.ts'
import { KnownSettingsSchema } from './known-settings.ts'

const PREFIX = 'sketchwire:'
/** What localStorage refused, as it would be there: it lasts for as long as this page is open. */
const refused = new Map<string, string>()
/** Characters of a drawing's words in the list of drawings, which has no end and is read and written whole. */
const LISTED_WORDS = 120
/** The head of the list is not written anew for every stroke. */
const LATELY_MS = 10_000

export const SettingsSchema = v.object({
  params: v.optional(KnownSettingsSchema),
  seedLocked: v.optional(v.boolean(), true),
})
/** Settings of one drawing. */
export type Settings = v.InferOutput<typeof SettingsSchema>

const RecentSchema = v.array(v.object({ id: v.string(), atMs: v.number(), prompt: v.string() }))
export type RecentDrawing = v.InferOutput<typeof RecentSchema>[number]

export function readSaved<T>(name: string, schema: v.GenericSchema<unknown, T>): T | undefined {
  try {
    const text = refused.get(name) ?? localStorage.getItem(PREFIX + name)
    const result = text === null ? undefined : v.safeParse(schema, JSON.parse(text))
    return result?.success ? result.output : undefined
  } catch {
    return undefined
  }
}

/** Tells of what another tab has written under `name`; returns the stop. */
export function onSavedElsewhere<T>(
  name: string,
  schema: v.GenericSchema<unknown, T>,
  tell: (value: T) => void,
): () => void {
  const onStorage = ({ key }: StorageEvent) => {
    const value = key === PREFIX + name ? readSaved(name, schema) : undefined
    if (value !== undefined) tell(value)
  }
  window.addEventListener('storage', onStorage)
  return () => window.removeEventListener('storage', onStorage)
}

/**
 * Storage may be full or refused; this page remembers it all the same. What was stored before stays then: of words, settings
 * and the list of drawings, those of before are better than none once this page is gone.
 */
export function writeSaved(name: string, value: unknown): void {
  store(name, JSON.stringify(value))
}

function store(name: string, text: string): void {
  try {
    localStorage.setItem(PREFIX + name, text)
    refused.delete(name)
  } catch {
    refused.set(name, text)
  }
}

/** Whether what was saved last under `name` will go with this page: storage refused it, and does when it is tried again. */
export function isRefused(name: string): boolean {
  const text = refused.get(name)
  if (text !== undefined) store(name, text)
  return refused.has(name)
}

/** Names of all that was refused, and is when it is tried again. */
export function refusedNames(): string[] {
  return [...refused.keys()].filter(isRefused)
}

/** Names of what is stored that begin so. */
export function storedNames(beginning: string): string[] {
  try {
    const keys = Array.from({ length: localStorage.length }, (_, at) => localStorage.key(at) ?? '')
    return keys.flatMap((key) => (key.startsWith(PREFIX + beginning) ? key.slice(PREFIX.length) : []))
  } catch {
    return []
  }
}

export function removeSaved(name: string): void {
  refused.delete(name)
  removeStored(name)
}

/** This page goes on with what it remembers; the next one finds nothing. */
export function removeStored(name: string): void {
  try {
    localStorage.removeItem(PREFIX + name)
  } catch {
    // Storage that is off holds nothing.
  }
}

const settingsName = (id: string) => `drawing:${id}`

export function readSettings(id: string): Settings {
  return readSaved(settingsName(id), SettingsSchema) ?? { seedLocked: true }
}

export function hasSettings(id: string): boolean {
  return readSaved(settingsName(id), SettingsSchema) !== undefined
}

export function writeSettings(id: string, settings: Settings): void {
  writeSaved(settingsName(id), settings)
}

/** Tells of settings of this drawing that another tab has written; returns the stop. */
export function onSettingsElsewhere(id: string, tell: (settings: Settings) => void): () => void {
  return onSavedElsewhere(settingsName(id), SettingsSchema, tell)
}

/** The drawings of this browser as far as they were drawn on here, newest first; none that other pages embed. */
export function recentDrawings(): RecentDrawing[] {
  return (readSaved('recent', RecentSchema) ?? []).filter(({ id }) => !isEmbedded(id))
}

/** Puts a drawing at the head of the list of drawings. */
export function rememberDrawing({ id, atMs, prompt }: RecentDrawing): void {
  if (isEmbedded(id)) return
  const known = recentDrawings()
  const [head] = known
  const words = firstChars(prompt, LISTED_WORDS)
  if (head?.id === id && head.prompt === words && atMs - head.atMs < LATELY_MS) return
  writeSaved('recent', [{ id, atMs, prompt: words }, ...known.filter((other) => other.id !== id)])
}

/** Takes a drawing off the list, and its settings with it. */
export function forgetDrawing(id: string): void {
  const known = recentDrawings()
  if (known.some((drawing) => drawing.id === id))
    writeSaved(
      'recent',
      known.filter((drawing) => drawing.id !== id),
    )
  removeSaved(settingsName(id))
}
