// Pinned results in IndexedDB: picture, words and settings of a moment, by drawing. What was drawn then is in a record of
// its own, and read where a pin is restored: with its photos it is many times as large as the picture. Both in the table,
// and the database's version, of earlier versions: a page of theirs that is still open, or is put back, can pin.
import * as v from 'valibot'
import { AppError } from '../../lib/std/errors.ts'
import { DrawParamsSchema } from '../../lib/protocol/params.ts'
import { DrawingContentSchema, type DrawingContent } from '../canvas/drawing-content.ts'
import { asked, inTables, type Tables } from './indexed-db.ts'

/** In a private window WebKit keeps no blobs ("Error preparing Blob/File data"): a picture is kept as its bytes. */
const KeptPictureSchema = v.pipe(
  v.object({ type: v.string(), bytes: v.instance(ArrayBuffer) }),
  v.transform(({ type, bytes }) => new Blob([bytes], { type })),
)

const PinSchema = v.object({
  id: v.string(),
  drawing: v.string(),
  atMs: v.number(),
  /** Earlier versions kept it as a blob. */
  picture: v.union([v.blob(), KeptPictureSchema]),
  width: v.number(),
  height: v.number(),
  params: DrawParamsSchema,
  /** Name of the one that painted it; pins of an earlier version say none. */
  model: v.exactOptional(v.string()),
  /** Of that model; as in ModelInfo. */
  sampler: v.optional(v.string()),
  /** What the picture itself was made with, where `params` are those that it refines; unsaid by an earlier version. */
  made: v.exactOptional(v.object({ steps: v.number(), seed: v.number() })),
})
export type Pin = v.InferOutput<typeof PinSchema>

const PINS: Tables<'pins'> = {
  database: 'sketchwire',
  version: 1,
  names: ['pins'],
  create: (database) =>
    database.createObjectStore('pins', { keyPath: 'id' }).createIndex('drawing', 'drawing'),
}

/** What was drawn for a pin: of no drawing, so that no list of pins has it. */
const ContentSchema = v.object({ content: v.unknown() })
const contentId = (id: string) => `content:${id}`

/** A pin as earlier versions kept it. */
const WholeSchema = v.looseObject({ id: v.string(), content: v.object({}) })

/** Pins of one drawing, newest first; what a later version wrote differently is left out. */
export async function loadPins(drawing: string): Promise<Pin[]> {
  const all = await inTables(PINS, 'readonly', ({ pins }) => asked(pins.index('drawing').getAll(drawing)))
  const whole = all.flatMap((pin: unknown) => (v.is(WholeSchema, pin) ? [pin.id] : []))
  // They are as good as they are: where there is no room for it, it is tried again the next time.
  if (whole.length > 0) void takeApart(whole).catch(() => undefined)
  const known = all.flatMap((pin: unknown) => {
    const result = v.safeParse(PinSchema, pin)
    return result.success ? [result.output] : []
  })
  return known.sort((a, b) => b.atMs - a.atMs)
}

/** Moves what earlier versions kept in these pins to where it is kept now; each is whole at any time. */
async function takeApart(ids: readonly string[]): Promise<void> {
  for (const id of ids)
    await inTables(PINS, 'readwrite', async ({ pins }) => {
      const pin: unknown = await asked(pins.get(id))
      if (!v.is(WholeSchema, pin)) return
      const { content, ...rest } = pin
      pins.put({ id: contentId(id), content })
      pins.put(rest)
    })
}

export async function countPins(drawing: string): Promise<number> {
  return inTables(PINS, 'readonly', ({ pins }) => asked(pins.index('drawing').count(drawing)))
}

/** What was drawn. Throws AppError `not_found` where that is gone, and `unsupported_drawing` for one of a later version. */
export async function loadPinContent(id: string): Promise<DrawingContent> {
  const found: unknown = await inTables(PINS, 'readonly', async ({ pins }) => {
    const [apart, pin] = await Promise.all<unknown>([asked(pins.get(contentId(id))), asked(pins.get(id))])
    if (v.is(ContentSchema, apart)) return apart.content
    return v.is(WholeSchema, pin) ? pin.content : undefined
  })
  if (found === undefined)
    throw new AppError('not_found', 'its drawing is not in this browser any more, only its picture')
  const result = v.safeParse(DrawingContentSchema, found)
  if (result.success) return result.output
  throw new AppError('unsupported_drawing', 'a later version of this page keeps it; reload the page')
}

/** Throws what IndexedDB throws, `QuotaExceededError` among it. */
export async function savePin(pin: Pin, content: DrawingContent): Promise<void> {
  const { picture } = pin
  const kept = { ...pin, picture: { type: picture.type, bytes: await picture.arrayBuffer() } }
  await inTables(PINS, 'readwrite', async ({ pins }) => {
    pins.put(kept)
    pins.put({ id: contentId(pin.id), content })
  })
}

export async function deletePin(id: string): Promise<void> {
  await inTables(PINS, 'readwrite', async ({ pins }) => {
    pins.delete(id)
    pins.delete(contentId(id))
  })
}

/** All of one drawing. */
export async function deletePins(drawing: string): Promise<void> {
  await inTables(PINS, 'readwrite', async ({ pins }) => {
    for (const id of await asked(pins.index('drawing').getAllKeys(drawing))) {
      pins.delete(id)
      pins.delete(contentId(String(id)))
    }
  })
}
