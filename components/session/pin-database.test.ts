import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MODEL } from '../../lib/client/testing/fakes.ts'
import type { DrawingContent } from '../canvas/drawing-content.ts'
import { openDatabase } from './indexed-db.ts'
import {
  countPins,
  deletePin,
  deletePins,
  loadPinContent,
  loadPins,
  savePin,
  type Pin,
} from './pin-database.ts'

const pin = (id: string, atMs: number, drawing = 'boat'): Pin => ({
  id,
  drawing,
  atMs,
  picture: new Blob([id]),
  width: 256,
  height: 256,
  params: MODEL.defaults,
})
const contentOf = (text: string): DrawingContent => ({
  plain: 1,
  items: [{ kind: 'photo', src: `data:image/png,${text}`, x: 0, y: 0, w: 9, h: 9 }],
})

/** Pins as version 1 of this browser's database keeps them: each with its drawing. */
async function keptByVersion1(pins: readonly object[]): Promise<void> {
  const database = await openDatabase('sketchwire', 1, (made) =>
    made.createObjectStore('pins', { keyPath: 'id' }).createIndex('drawing', 'drawing'),
  )
  const transaction = database.transaction('pins', 'readwrite')
  for (const one of pins) transaction.objectStore('pins').put(one)
  await new Promise((resolve) => (transaction.oncomplete = resolve))
  database.close()
}

/** What is in the table of pins, but for what was drawn for them where that is apart. */
async function rows(): Promise<object[]> {
  const database = await openDatabase('sketchwire', 1, () => expect.fail('it is there'))
  const request = database.transaction('pins').objectStore('pins').getAll()
  await new Promise((resolve) => (request.onsuccess = resolve))
  database.close()
  return (request.result as object[]).filter((row) => 'drawing' in row)
}

const ids = async (drawing = 'boat') => (await loadPins(drawing)).map(({ id }) => id)

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

describe('the picture of a pin', () => {
  it('is kept without a blob, which WebKit refuses in private windows, and comes back as what it was', async () => {
    await savePin(
      { ...pin('a', 1), picture: new Blob(['jpeg bytes'], { type: 'image/jpeg' }) },
      contentOf('a'),
    )
    expect(JSON.stringify(await rows())).toContain('"type":"image/jpeg"')
    for (const row of await rows())
      expect(Object.values(row).some((value) => value instanceof Blob)).toBe(false)
    const [back] = await loadPins('boat')
    expect(back?.picture.type).toBe('image/jpeg')
    expect(await back?.picture.text()).toBe('jpeg bytes')
  })

  it('of an earlier version is a blob', async () => {
    await keptByVersion1([{ ...pin('old', 1), content: contentOf('old') }])
    const [back] = await loadPins('boat')
    expect(await back?.picture.text()).toBe('old')
  })
})

describe('pins', () => {
  it('are told without their drawings, newest first, which are read one by one', async () => {
    await savePin(pin('a', 1), contentOf('a'))
    await savePin(pin('b', 2), contentOf('b'))
    await savePin(pin('c', 3, 'other'), contentOf('c'))
    const [b, a] = await loadPins('boat')
    expect(b).not.toHaveProperty('content')
    expect([b?.id, a?.id, await countPins('boat')]).toEqual(['b', 'a', 2])
    expect((await rows()).some((row) => 'content' in row)).toBe(false)
    expect(await loadPinContent('a')).toEqual(contentOf('a'))
  })

  it('are counted and deleted without being read', async () => {
    for (const [at, id] of ['a', 'b', 'c'].entries()) await savePin(pin(id, at), contentOf(id))
    await savePin(pin('d', 3, 'other'), contentOf('d'))
    await deletePin('a')
    const reads = vi.spyOn(IDBIndex.prototype, 'getAll')
    expect(await countPins('boat')).toBe(2)
    await deletePins('boat')
    expect(reads).not.toHaveBeenCalled()
    expect([await ids(), await ids('other')]).toEqual([[], ['d']])
    for (const id of ['a', 'b', 'c']) await expect(loadPinContent(id)).rejects.toThrow('only its picture')
    expect(await loadPinContent('d')).toEqual(contentOf('d'))
  })

  it('of a drawing that a later version wrote are refused in words', async () => {
    await savePin(pin('a', 1), { plain: 2, strokes: [] } as never)
    expect(await ids()).toEqual(['a'])
    await expect(loadPinContent('a')).rejects.toMatchObject({ code: 'unsupported_drawing' })
  })
})

describe('pins that version 1 kept', () => {
  const kept = () => keptByVersion1(['a', 'b'].map((id, at) => ({ ...pin(id, at), content: contentOf(id) })))

  it('are all there, with their drawings, before they are taken apart and after', async () => {
    await kept()
    expect(await loadPinContent('b')).toEqual(contentOf('b'))
    const [b, a] = await loadPins('boat')
    expect([a?.id, b?.id]).toEqual(['a', 'b'])
    expect(await b?.picture.text()).toBe('b')
    expect(b).not.toHaveProperty('content')
    await vi.waitFor(async () => expect((await rows()).some((row) => 'content' in row)).toBe(false))
    expect(await ids()).toEqual(['b', 'a'])
    expect(await loadPinContent('a')).toEqual(contentOf('a'))
    expect(await loadPinContent('b')).toEqual(contentOf('b'))
  })

  it('stay as they are where there is no room to take them apart', async () => {
    await kept()
    const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('The quota has been exceeded', 'QuotaExceededError')
    })
    expect(await ids()).toEqual(['b', 'a'])
    await vi.waitFor(() => expect(put).toHaveBeenCalled())
    expect(await ids()).toEqual(['b', 'a'])
    expect(await loadPinContent('a')).toEqual(contentOf('a'))
  })
})
