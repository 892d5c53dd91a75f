import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { createShapeId, DocumentRecordType, TLDOCUMENT_ID, type TLRecord } from 'tldraw'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openDatabase, transact } from '../../session/indexed-db.ts'
import { databaseOf } from '../drawing-names.ts'
import type { Item } from '../plain/plain-drawing.ts'
import { nameOf } from '../plain/plain-names.ts'
import { savePlain } from '../plain/plain-storage.ts'
import { strokeAt } from '../plain/testing/strokes.ts'
import { openKeptStore } from './kept-store.ts'
import { markOf, plainToTake } from './took-plain.ts'

let close: (() => Promise<void>) | undefined

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
  vi.stubGlobal('window', Object.assign(new EventTarget(), { devicePixelRatio: 1 }))
  vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }))
})
afterEach(async () => {
  await close?.()
  vi.unstubAllGlobals()
})

async function open() {
  const clock = { setTimer: () => () => undefined }
  const onKept = vi.fn()
  const kept = await openKeptStore({ drawing: 'boat', clock, onKept })
  close = () => kept.close()
  kept.store.put([DocumentRecordType.create({ id: TLDOCUMENT_ID })])
  return { ...kept, onKept, taken: async () => (await plainToTake(kept, 'boat'))?.items }
}

const keepPlain = (items: readonly Item[]) => savePlain('boat', items, new Set(items.map(nameOf)))

it('takes what the plain canvas keeps for a blank page, and once', async () => {
  const { store, taken } = await open()
  expect(await taken()).toBeUndefined()
  await keepPlain([])
  expect(await taken()).toBeUndefined()
  const [first, later] = [strokeAt(0), strokeAt(9)]
  await keepPlain([first])
  expect(await taken()).toEqual([first])
  const tookPlain = markOf({ plain: 1, items: [first] })
  store.update(TLDOCUMENT_ID, (document) => ({ ...document, meta: { tookPlain } }))
  expect(await taken()).toBeUndefined()
  // Somebody drew on there since.
  await keepPlain([first, later])
  expect(await taken()).toEqual([first, later])
})

it('takes nothing where there are shapes', async () => {
  await keepPlain([strokeAt(0)])
  const { store, taken } = await open()
  store.mergeRemoteChanges(() => store.put([{ ...BOX, id: createShapeId('box') } as TLRecord]))
  expect(await taken()).toBeUndefined()
})

it('takes nothing for a drawing that could not be read, which may have shapes', async () => {
  await keepPlain([strokeAt(0)])
  const database = await openDatabase(databaseOf('boat'), 4, (made) => {
    for (const table of ['records', 'schema', 'session_state', 'assets']) made.createObjectStore(table)
  })
  await transact(database.transaction('records', 'readwrite'), (transaction) => [
    transaction.objectStore('records').put('no record', 'shape:1'),
  ])
  database.close()
  const { onKept, taken } = await open()
  expect(onKept).toHaveBeenCalledWith(false)
  expect(await taken()).toBeUndefined()
})

const BOX = {
  typeName: 'shape',
  type: 'group',
  parentId: 'page:page',
  index: 'a1',
  x: 0,
  y: 0,
  rotation: 0,
  isLocked: false,
  opacity: 1,
  meta: {},
  props: {},
}
