import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createStore } from 'zustand/vanilla'
import { MODEL } from '../../lib/client/testing/fakes.ts'
import { PlainSurface } from '../canvas/plain/plain-surface.ts'
import { restorePin } from '../result/restore-pin.ts'
import { Befores, type BeforesDatabase } from './befores.ts'
import { bringBefore, clearPage, offerBefore } from './bring-before.ts'
import { notices } from './notices.ts'
import { forgetDrawing, rememberDrawing } from './saved.ts'
import type { Session } from './session.ts'

const kept = new Map<string, Awaited<ReturnType<BeforesDatabase['load']>>>()
const database: BeforesDatabase = {
  list: async () => [...kept.keys()],
  load: async (key) => kept.get(key),
  save: async (key, content) => void kept.set(key, content),
  delete: async (key) => void kept.delete(key),
  deleteAll: async () => kept.clear(),
}

/** A drawing of the full editor. */
const FOREIGN = { shapes: [], bindings: [], rootShapeIds: [], assets: [], schema: { schemaVersion: 2 } }

/** A page with a plain canvas; each stroke is a dot at its number. */
function page() {
  const surface = new PlainSurface({ size: { width: 256, height: 256 }, start: 'blank' })
  surface.store.setState({ ready: true })
  const params = createStore(() => ({ params: MODEL.defaults, model: MODEL }))
  const client = { store: params, setParams: (patch: object) => params.setState({ params: patch as never }) }
  const befores = new Befores('boat', surface, database)
  const rolls = { spareNext: () => undefined }
  const seed = createStore(() => ({ locked: true }))
  const pins = { content: async (id: string) => (id === 'foreign' ? FOREIGN : { plain: 1, items: [] }) }
  const session = { id: 'boat', surface, client, befores, rolls, seed, pins, changed: () => undefined }
  const stroke = (at: number) => {
    surface.penDown([at, 0, 0.5])
    surface.penUp()
  }
  const dots = () => surface.items.map((item) => (item.kind === 'stroke' ? item.points[0]?.[0] : undefined))
  return { surface, stroke, dots, session: session as unknown as Session, befores }
}

const texts = () => notices.getState().list.map(({ text }) => text)
const isKept = (count: number) => vi.waitFor(() => expect(kept.size).toBe(count))

beforeEach(() => {
  kept.clear()
  const storage = new Map<string, string>()
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => storage.get(name) ?? null,
    setItem: (name: string, text: string) => storage.set(name, text),
    removeItem: (name: string) => storage.delete(name),
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  notices.setState({ list: [] })
})

describe('a page that was cleared', () => {
  it('has its drawing again after a reload, as one step of undo, and keeps what was drawn since', async () => {
    const first = page()
    first.stroke(1)
    first.stroke(2)
    clearPage(first.session)
    expect(first.dots()).toEqual([])
    await isKept(1)

    const second = page()
    await second.befores.load()
    second.stroke(3)
    const [before] = second.befores.store.getState().list
    if (before) await bringBefore(second.session, before)
    expect(second.dots()).toEqual([1, 2])
    await vi.waitFor(() => expect(second.befores.store.getState().list).toMatchObject([{ why: 'brought' }]))
    second.surface.undo()
    expect(second.dots()).toEqual([3])
  })

  it('says so where this browser does not have the drawing any more, and stays as it is', async () => {
    const { session, stroke, dots } = page()
    stroke(1)
    await bringBefore(session, { key: 'boat:1:cleared', why: 'cleared', atMs: 1 })
    expect(texts()).toEqual(['The drawing could not be brought back: this browser does not have it any more'])
    expect(dots()).toEqual([1])
  })

  it('offers it when that was the last that was done', async () => {
    const first = page()
    first.stroke(1)
    clearPage(first.session)
    await isKept(1)
    const clearedAtMs = Date.now()
    rememberDrawing({ id: 'boat', atMs: clearedAtMs, prompt: '' })
    const again = page()
    await offerBefore(again.session)
    expect(texts()).toEqual(['This page was cleared just before it was closed'])
    notices.getState().list[0]?.actions[0]?.run()
    await vi.waitFor(() => expect(again.dots()).toEqual([1]))
  })

  it('offers it no more to who let it pass, nor after the page was drawn on', async () => {
    const first = page()
    first.stroke(1)
    clearPage(first.session)
    await isKept(1)
    rememberDrawing({ id: 'boat', atMs: Date.now() + 300_000, prompt: '' })
    expect(await offerBefore(page().session)).toBeUndefined()
    forgetDrawing('boat')
    rememberDrawing({ id: 'boat', atMs: Date.now(), prompt: '' })
    expect(await offerBefore(page().session)).toBeDefined()
    expect(await offerBefore(page().session)).toBeUndefined()
  })

  it('offers nothing where undo had brought it back', async () => {
    const { session, surface, stroke } = page()
    stroke(1)
    clearPage(session)
    await isKept(1)
    surface.undo()
    rememberDrawing({ id: 'boat', atMs: Date.now(), prompt: '' })
    expect(await offerBefore(session)).toBeUndefined()
  })
})

it('a pin that is restored leaves the drawing of before; one that cannot be shown takes nothing away', async () => {
  const { session, stroke, dots } = page()
  stroke(1)
  const params = MODEL.defaults
  await restorePin(session, { id: 'foreign', params })
  expect([kept.size, dots()]).toEqual([0, [1]])
  await restorePin(session, { id: 'blank', params })
  expect(dots()).toEqual([])
  await isKept(1)
})
