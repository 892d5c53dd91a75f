import 'fake-indexeddb/auto'
import { createTLSchema, type TLAssetId, type TLRecord } from 'tldraw'
import { beforeEach, expect, it, vi } from 'vitest'
import { leaveUnsaved } from '../../session/unsaved.ts'
import { DrawingDatabase } from './drawing-database.ts'
import { dropUnusedPhotos } from './unused-photos.ts'

const schema = createTLSchema()
const record = (fields: object) => fields as TLRecord
const photo = (name: string) =>
  record({ id: `asset:${name}`, typeName: 'asset', props: { src: `asset:${name}` } })
const shapeOf = (name: string) =>
  record({ id: `shape:${name}`, typeName: 'shape', props: { assetId: `asset:${name}` } })

beforeEach(() => {
  const saved = new Map<string, string>()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => saved.get(key) ?? null,
    setItem: (key: string, text: string) => void saved.set(key, text),
  })
})

let drawings = 0

/** A drawing with the bytes of three photos, of which one is on the page. */
async function drawing(serialized = schema.serialize()) {
  const name = `drawing-${drawings++}`
  const database = new DrawingDatabase(name)
  for (const id of ['used', 'left', 'gone'])
    await database.putAsset(`asset:${id}` as TLAssetId, new Blob([id]))
  const put = [photo('used'), shapeOf('used'), photo('gone')]
  await database.write({ put, removed: [], schema: serialized })
  return { name, database, drop: () => dropUnusedPhotos(database, name, schema) }
}

it('drops the photos that are on no page, and keeps those that are, or are put back when it is opened', async () => {
  const { name, database, drop } = await drawing()
  leaveUnsaved(name, { put: [shapeOf('left')], removed: [], schema: schema.serialize() })
  await drop()
  expect(await database.assetIds()).toEqual(['asset:left', 'asset:used'])
  expect(Object.keys((await database.load())?.store ?? {})).toEqual(['asset:used', 'shape:used'])
})

it('drops none of a drawing of a later version', async () => {
  const { schemaVersion, sequences } = schema.serialize() as ReturnType<typeof schema.serialize> & {
    sequences: Record<string, number>
  }
  const later = { schemaVersion, sequences: { ...sequences, 'com.tldraw.store': 99 } }
  const { database, drop } = await drawing(later as ReturnType<typeof schema.serialize>)
  await drop()
  expect(await database.assetIds()).toHaveLength(3)
})
