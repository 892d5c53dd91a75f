import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { DrawingContent } from '../canvas/drawing-surface.ts'
import { Befores, type BeforesDatabase } from './befores.ts'

const kept = new Map<string, DrawingContent>()
const database: BeforesDatabase = {
  list: async (drawing) => [...kept.keys()].filter((key) => key.startsWith(`${drawing}:`)),
  load: async (key) => kept.get(key),
  save: async (key, content) => void kept.set(key, content),
  delete: async (key) => void kept.delete(key),
  deleteAll: async (drawing) => {
    for (const key of kept.keys()) if (key.startsWith(`${drawing}:`)) kept.delete(key)
  },
}

const drawingOf = (name: string) => ({ plain: 1, items: [name] }) as unknown as DrawingContent

/** A page whose drawing is a word. */
function page(id = 'boat') {
  const now = { drawing: 'first', ready: true }
  const surface = {
    store: { getState: () => ({ ready: now.ready, empty: now.drawing === '' }) },
    hold: () => {
      const held = now.drawing
      return async () => drawingOf(held)
    },
  }
  const befores = new Befores(id, surface, database)
  const list = () => befores.store.getState().list
  return { now, befores, list, read: async () => Promise.all(list().map((before) => befores.read(before))) }
}

beforeEach(() => {
  kept.clear()
  let nowMs = 1e12
  vi.spyOn(Date, 'now').mockImplementation(() => (nowMs += 1000))
})

describe('what was on the page before', () => {
  it('is the drawing of that moment, kept once something else is there and found after a reload', async () => {
    const { now, befores, list } = page()
    const keep = befores.hold('cleared')
    now.drawing = ''
    expect(kept.size).toBe(0)
    keep()
    await vi.waitFor(() => expect(list()).toMatchObject([{ why: 'cleared' }]))
    const again = page()
    await again.befores.load()
    expect(again.list()).toEqual(list())
    expect(await again.read()).toEqual([drawingOf('first')])
  })

  it('is kept of the last three times, newest first, and each goes with what brings it back', async () => {
    const { now, befores, list, read } = page()
    for (const drawing of ['one', 'two', 'three', 'four']) {
      now.drawing = drawing
      befores.hold('pin')()
    }
    const all = ['four', 'three', 'two'].map(drawingOf)
    await vi.waitFor(async () => expect(await read()).toEqual(all))
    await vi.waitFor(() => expect(kept.size).toBe(3))
    const [newest] = list()
    if (newest) await befores.drop(newest)
    expect(await read()).toEqual(all.slice(1))
    expect(kept.size).toBe(2)
  })

  it('is nothing of an empty page, of one that is not there yet, or of a canvas in another page', async () => {
    const { now, befores } = page()
    now.drawing = ''
    befores.hold('cleared')()
    Object.assign(now, { drawing: 'first', ready: false })
    befores.hold('cleared')()
    page('embed-1').befores.hold('cleared')()
    await Promise.resolve()
    expect(kept.size).toBe(0)
  })

  it('belongs to one drawing, and gives way to what somebody asks to keep', async () => {
    const [boat, boathouse] = [page('boat'), page('boat-house')]
    boat.befores.hold('cleared')()
    boathouse.befores.hold('cleared')()
    await vi.waitFor(() => expect(kept.size).toBe(2))
    expect(await boat.befores.dropAll()).toBe(true)
    expect(await boat.befores.dropAll()).toBe(false)
    await boathouse.befores.load()
    expect(boathouse.list()).toHaveLength(1)
  })
})
