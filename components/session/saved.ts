// What this browser remembers in localStorage: settings of each drawing, the list of drawings, and how the page looks.
// Everything read back is checked: storage may hold what an older version wrote, or be refused altogether.
import * as v from 'valibot'
import { KnownSettingsSchema } from './known-settings.ts'

const PREFIX = 'sketchwire:'
/** What localStorage refused, as it would be there: it lasts for as long as this page is open. */
const refused = new Map<string, string>()
/** Drawings offered in the menu; older ones keep their address. */
const RECENT = 12

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

/** Storage may be full or refused; this page remembers it all the same. */
export function writeSaved(name: string, value: unknown): void {
  const text = JSON.stringify(value)
  try {
    localStorage.setItem(PREFIX + name, text)
    refused.delete(name)
  } catch {
    refused.set(name, text)
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
  const onStorage = ({ key }: StorageEvent) => {
    if (key === PREFIX + settingsName(id) && hasSettings(id)) tell(readSettings(id))
  }
  window.addEventListener('storage', onStorage)
  return () => window.removeEventListener('storage', onStorage)
}

export function recentDrawings(): RecentDrawing[] {
  return readSaved('recent', RecentSchema) ?? []
}

/** Puts a drawing at the head of the list the menu offers. */
export function rememberDrawing(drawing: RecentDrawing): void {
  const others = recentDrawings().filter(({ id }) => id !== drawing.id)
  writeSaved('recent', [drawing, ...others].slice(0, RECENT))
}
