// Pinned results in IndexedDB: picture, words, settings and drawing of a moment, by drawing.
import * as v from 'valibot'
import { DrawParamsSchema } from '../../lib/protocol/params.ts'
import { DrawingContentSchema } from '../canvas/drawing-content.ts'
import { inTable, type Table } from './indexed-db.ts'

const PinSchema = v.object({
  id: v.string(),
  drawing: v.string(),
  atMs: v.number(),
  picture: v.blob(),
  width: v.number(),
  height: v.number(),
  params: DrawParamsSchema,
  /** Name of the one that painted it; pins of an earlier version say none. */
  model: v.exactOptional(v.string()),
  /** Of that model; as in ModelInfo. */
  sampler: v.optional(v.string()),
  /** What the picture itself was made with, where `params` are those that it refines; unsaid by an earlier version. */
  made: v.exactOptional(v.object({ steps: v.number(), seed: v.number() })),
  content: DrawingContentSchema,
})
export type Pin = v.InferOutput<typeof PinSchema>

const PINS: Table = {
  database: 'sketchwire',
  name: 'pins',
  create: (database) => {
    database.createObjectStore('pins', { keyPath: 'id' }).createIndex('drawing', 'drawing')
  },
}

/** Pins of one drawing, newest first; what a later version wrote differently is left out. */
export async function loadPins(drawing: string): Promise<Pin[]> {
  const all = await inTable(PINS, 'readonly', (pins) => pins.index('drawing').getAll(drawing))
  const known = v.parse(v.array(v.unknown()), all).flatMap((pin) => {
    const result = v.safeParse(PinSchema, pin)
    return result.success ? [result.output] : []
  })
  return known.sort((a, b) => b.atMs - a.atMs)
}

/** Throws what IndexedDB throws, `QuotaExceededError` among it. */
export async function savePin(pin: Pin): Promise<void> {
  await inTable(PINS, 'readwrite', (pins) => pins.put(pin))
}

export async function deletePin(id: string): Promise<void> {
  await inTable(PINS, 'readwrite', (pins) => pins.delete(id))
}
