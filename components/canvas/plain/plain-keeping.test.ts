import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import * as v from 'valibot'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { leaveUnsaved, onPlain, readUnsaved } from '../../session/unsaved.ts'
import type { Item } from './plain-drawing.ts'
import { LeftSchema } from './plain-left.ts'
import { nameOf } from './plain-names.ts'
import { loadPlain, savePlain } from './plain-storage.ts'
import { PlainSurface } from './plain-surface.ts'

// Tabs of one browser, which keeps what they draw. What is left in localStorage is remembered for the life of the page, so
// each test draws on its own.
let drawings = 0
let drawing: string
let ends: (() => void)[] = []
/** What the tabs told each other. */
let told: Record<string, unknown>[] = []

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
  vi.stubGlobal('window', new EventTarget())
  vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }))
  vi.stubGlobal('createImageBitmap', async () => ({ close: () => undefined }))
  drawing = `kept-${drawings++}`
  told = []
  const listener = channel()
  listener.onmessage = ({ data }: MessageEvent<Record<string, unknown>>) => void told.push(data)
})
afterEach(() => {
  ends.forEach((end) => end())
  ends = []
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

function channel(): BroadcastChannel {
  const made = new BroadcastChannel(`sketchwire-plain-${drawing}`)
  ends.push(() => made.close())
  return made
}

const until = (check: () => unknown) => vi.waitFor(check, { timeout: 10_000, interval: 10 })

async function tab() {
  const surface = new PlainSurface({ size: { width: 256, height: 256 }, start: 'blank' })
  const close = surface.open(drawing, (problem) => expect.fail(problem))
  ends.push(close)
  await until(() => expect(surface.store.getState().ready).toBe(true))
  return { surface, close }
}

function draw(surface: PlainSurface, x: number): Item {
  surface.penDown([x, 0, 0.5])
  surface.penUp()
  return surface.items.at(-1) ?? expect.fail('nothing was drawn')
}

const stored = async () => (await loadPlain(drawing))?.items ?? []
const untilStored = (items: readonly Item[]) => until(async () => expect(await stored()).toEqual(items))
const photo: Item = { kind: 'photo', src: 'data:image/png;base64,AA', x: 0, y: 0, w: 9, h: 9 }

describe('a plain drawing that is kept', () => {
  it('writes and tells a stroke, not what was there before it', async () => {
    const { surface } = await tab()
    await surface.replace({ plain: 1, items: [photo] })
    for (let x = 0; x < 20; x++) draw(surface, x)
    await untilStored(surface.items)
    await until(() => expect(told).toHaveLength(22))
    told.length = 0
    const put = vi.spyOn(IDBObjectStore.prototype, 'put')
    const last = draw(surface, 99)
    await untilStored(surface.items)
    const items = put.mock.calls.filter(([value]) => 'kind' in (value as object))
    expect(items.map(([value]) => value as unknown)).toEqual([last])
    expect(told).toMatchObject([{ items: [last], gone: [] }])
  })

  it('writes many strokes in quick succession once', async () => {
    const { surface } = await tab()
    const put = vi.spyOn(IDBObjectStore.prototype, 'put')
    for (let x = 0; x < 20; x++) draw(surface, x)
    await untilStored(surface.items)
    expect(put.mock.calls.filter(([value]) => 'order' in (value as object))).toHaveLength(1)
  })

  it('is written at once when it is closed, leaves nothing beside that, and opens again with what was undone and redone', async () => {
    const { surface, close } = await tab()
    for (const x of [1, 2, 3]) draw(surface, x)
    surface.undo()
    surface.undo()
    surface.redo()
    const { items } = surface
    const open = vi.spyOn(indexedDB, 'open')
    close()
    expect(open).toHaveBeenCalledTimes(1)
    expect(readUnsaved(onPlain(drawing), LeftSchema)).toBeDefined()
    await untilStored(items)
    await until(() => expect(readUnsaved(onPlain(drawing), LeftSchema)).toBeUndefined())
    expect((await tab()).surface.items).toEqual(items)
  })

  it.each(['pagehide', 'visibilitychange'])(
    'is written at once when the page may go: %s',
    async (leaving) => {
      const { surface } = await tab()
      draw(surface, 1)
      const open = vi.spyOn(indexedDB, 'open')
      if (leaving === 'visibilitychange') Object.assign(document, { visibilityState: 'hidden' })
      const target = leaving === 'pagehide' ? window : document
      target.dispatchEvent(new Event(leaving))
      expect(open).toHaveBeenCalledTimes(1)
      await untilStored(surface.items)
    },
  )
})

describe('two tabs of one kept drawing', () => {
  it('show the same page, and it is the one that is stored', async () => {
    const [one, other] = [await tab(), await tab()]
    await one.surface.replace({ plain: 1, items: [photo] })
    const first = draw(one.surface, 1)
    await until(() => expect(other.surface.items).toEqual([photo, first]))
    draw(other.surface, 2)
    const gone = draw(other.surface, 3)
    await until(() => expect(one.surface.items).toHaveLength(4))
    one.surface.store.setState({ tool: 'eraser' })
    one.surface.penDown([3, 0, 0.5])
    one.surface.penUp()
    await until(() => expect(other.surface.items).not.toContainEqual(gone))
    expect(other.surface.items).toEqual(one.surface.items)
    await untilStored(one.surface.items)
  })

  it('agree where one opens before what the other drew is stored, erased strokes too', async () => {
    const one = await tab()
    draw(one.surface, 1)
    draw(one.surface, 100)
    await untilStored(one.surface.items)
    one.surface.store.setState({ tool: 'eraser' })
    one.surface.penDown([1, 0, 0.5])
    one.surface.penUp()
    one.surface.store.setState({ tool: 'draw' })
    draw(one.surface, 200)
    const other = await tab()
    await until(() => expect(other.surface.items).toEqual(one.surface.items))
    expect(one.surface.items).toHaveLength(2)
    await untilStored(one.surface.items)
  })

  it('ask for what they did not hear of, and answer once the pen is up', async () => {
    const { surface } = await tab()
    const mine = draw(surface, 1)
    const other = channel()
    const theirs: Item = { ...mine, colour: 'red' } as Item
    other.postMessage({ plain: 1, items: [], page: [nameOf(theirs)], gone: [] })
    await until(() => expect(told).toContainEqual({ plain: 1, lacks: [nameOf(theirs)] }))
    other.postMessage({ plain: 1, items: [theirs], page: [nameOf(theirs)], gone: [] })
    await until(() => expect(surface.items).toEqual([theirs, mine]))
    surface.penDown([5, 5, 0.5])
    told.length = 0
    other.postMessage({ plain: 1, lacks: [nameOf(theirs)] })
    await until(() => expect(told).toHaveLength(1))
    surface.penUp()
    await until(() => expect(told).toHaveLength(3))
    expect(told[1]).toMatchObject({ page: [nameOf(theirs), nameOf(mine)] })
    expect(told[1]?.['items']).toContainEqual(theirs)
  })
})

it('what the editor alone has of a drawing is told of, and left to the editor', async () => {
  const left = { put: [{ id: 'shape:1', typeName: 'shape' }], removed: [], schema: { schemaVersion: 2 } }
  leaveUnsaved(drawing, left, { unkept: true })
  const { surface } = await tab()
  expect(surface.store.getState().unshown).toBe(true)
  window.dispatchEvent(new Event('storage'))
  expect(readUnsaved(drawing, v.unknown())).toEqual(left)
})

it('a drawing goes on where the page before left it: what was stored while that page went is on it too', async () => {
  const { surface, close } = await tab()
  const mine = draw(surface, 1)
  const theirs: Item = { ...mine, colour: 'red' } as Item
  await savePlain(drawing, [theirs], new Set([nameOf(theirs)]))
  close()
  await untilStored([mine, theirs])
  expect((await tab()).surface.items).toEqual([mine, theirs])
})
