import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { paintedClient } from '../../lib/client/testing/open-client.ts'
import { PinBoard, type PinDatabase } from './pin-board.ts'
import type { Pin } from './pin-database.ts'

const pin = (id: string, atMs: number): Pin => ({
  id,
  drawing: 'boat',
  atMs,
  picture: new Blob([id]),
  width: 256,
  height: 256,
  params: { prompt: id, strength: 0.8, seed: 1, steps: 4, guidanceScale: 1, width: 256, height: 256 },
})

/** What a browser keeps, and the object URLs that are out. */
const kept = new Map<string, Pin>()
const urls = new Set<string>()
let refuses = ''
const database: PinDatabase = {
  load: async () => [...kept.values()].sort((a, b) => b.atMs - a.atMs),
  content: async () => ({ plain: 1, items: [] }),
  save: async (one) => void kept.set(one.id, one),
  delete: async (id) => {
    if (id === refuses) throw new Error('the disk is gone')
    kept.delete(id)
  },
}

const boards: PinBoard[] = []

async function board() {
  const pins = new PinBoard('boat', database)
  boards.push(pins)
  await pins.load()
  const strip = () => pins.store.getState().pins.map(({ id }) => id)
  return { pins, strip }
}

beforeEach(() => {
  kept.clear()
  urls.clear()
  refuses = ''
  for (const one of [pin('a', 1), pin('b', 2), pin('c', 3)]) kept.set(one.id, one)
  let made = 0
  vi.spyOn(URL, 'createObjectURL').mockImplementation(() => {
    const url = `blob:${++made}`
    urls.add(url)
    return url
  })
  vi.spyOn(URL, 'revokeObjectURL').mockImplementation((url) => void urls.delete(url))
})

afterEach(() => {
  for (const pins of boards.splice(0)) pins.dispose()
})

async function frameOf() {
  const { client } = await paintedClient({ autoRefine: false })
  const frame = client.lastFrame()
  client.dispose()
  return frame ?? expect.fail('nothing was painted')
}

describe('two boards of one drawing, in two tabs', () => {
  it('show the same pins, each with the picture that it shows already', async () => {
    const [one, other] = [await board(), await board()]
    const before = other.pins.store.getState().pins
    await one.pins.add(await frameOf(), { plain: 1, items: [] })
    await vi.waitFor(() => expect(other.strip()).toHaveLength(4))
    expect(other.strip()).toEqual(one.strip())
    expect(other.pins.store.getState().pins.slice(1)).toEqual(before)
    one.pins.remove('b')
    await one.pins.deleteRemoved()
    await vi.waitFor(() => expect(other.strip()).toEqual(one.strip()))
    expect(urls.size).toBe(6)
  })

  it('do not bring back what one of them took off, nor offer what the other deleted', async () => {
    const [one, other] = [await board(), await board()]
    other.pins.remove('a')
    other.pins.remove('b')
    one.pins.remove('b')
    await one.pins.deleteRemoved()
    await vi.waitFor(() => expect(other.pins.store.getState().removed).toMatchObject([{ id: 'a' }]))
    expect(other.strip()).toEqual(['c'])
    other.pins.bringBack()
    expect(other.strip()).toEqual(['c', 'a'])
  })
})

describe('a pin that is removed', () => {
  it('is off the strip and kept, whole, until it is deleted: a page that goes has it again', async () => {
    const { pins, strip } = await board()
    pins.remove('b')
    expect(strip()).toEqual(['c', 'a'])
    expect((await board()).strip()).toEqual(['c', 'b', 'a'])
    await pins.deleteRemoved()
    expect((await board()).strip()).toEqual(['c', 'a'])
  })

  it('comes back to its place with all that were removed with it, its picture still to be seen', async () => {
    const { pins, strip } = await board()
    const before = pins.store.getState().pins
    pins.remove('b')
    pins.remove('c')
    pins.bringBack()
    expect(strip()).toEqual(['c', 'b', 'a'])
    expect(pins.store.getState().pins).toEqual(before)
    expect(urls.size).toBe(3)
    await pins.deleteRemoved()
    expect(kept.size).toBe(3)
  })

  it('is on the strip again when the browser does not delete it, and the others are gone', async () => {
    const { pins, strip } = await board()
    refuses = 'b'
    pins.remove('b')
    pins.remove('c')
    await expect(pins.deleteRemoved()).rejects.toThrow('the disk is gone')
    expect(strip()).toEqual(['b', 'a'])
    expect([...kept.keys()]).toEqual(['a', 'b'])
  })

  it('is deleted with the board, which gives every picture back', async () => {
    const { pins } = await board()
    pins.remove('a')
    pins.dispose()
    await vi.waitFor(() => expect([...kept.keys()]).toEqual(['b', 'c']))
    await vi.waitFor(() => expect(urls.size).toBe(0))
  })
})

describe('a board that is closed', () => {
  it('holds no picture that the browser brings, has kept or does not delete afterwards', async () => {
    const left = new PinBoard('boat', database)
    const loaded = left.load()
    left.dispose()
    await loaded
    expect(urls.size).toBe(0)

    const { pins } = await board()
    const added = pins.add(await frameOf(), { plain: 1, items: [] })
    refuses = 'b'
    pins.remove('b')
    pins.dispose()
    await added
    await vi.waitFor(() => expect(urls.size).toBe(0))
    expect(kept.size).toBe(4)
  })
})
