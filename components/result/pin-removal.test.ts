import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { notices } from '../session/notices.ts'
import { PinBoard, type PinDatabase } from '../session/pin-board.ts'
import type { Pin } from '../session/pin-database.ts'
import { PinRemoval } from './pin-removal.ts'

const kept = new Set<string>()
let refuses = false
const database: PinDatabase = {
  load: async () =>
    [...kept].map((id, atMs) => ({ id, atMs, picture: new Blob() }) as unknown as Pin).reverse(),
  content: async () => ({ plain: 1, items: [] }),
  save: async ({ id }) => void kept.add(id),
  delete: async (id) => {
    if (refuses) throw new Error('the disk is gone')
    kept.delete(id)
  },
}
const texts = () => notices.getState().list.map(({ text }) => text)

async function removing() {
  const pins = new PinBoard('boat', database)
  await pins.load()
  const removal = new PinRemoval(pins)
  const strip = () => pins.store.getState().pins.map(({ id }) => id)
  return { pins, removal, strip }
}

beforeEach(() => {
  vi.useFakeTimers()
  refuses = false
  kept.clear()
  for (const id of ['a', 'b', 'c']) kept.add(id)
})
afterEach(() => {
  notices.setState({ list: [] })
  vi.useRealTimers()
})

describe('pins that are removed', () => {
  it('are deleted when nobody brings them back', async () => {
    const { removal, strip } = await removing()
    removal.remove('b')
    expect([strip(), kept.size, texts()]).toEqual([['c', 'a'], 3, ['Pin removed']])
    await vi.advanceTimersByTimeAsync(11_000)
    expect([[...kept], texts()]).toEqual([['a', 'c'], []])
  })

  it('come back together, the first of them too', async () => {
    const { removal, strip } = await removing()
    removal.remove('b')
    await vi.advanceTimersByTimeAsync(8000)
    removal.remove('c')
    await vi.advanceTimersByTimeAsync(8000)
    expect(texts()).toEqual(['2 pins removed'])
    notices.getState().list[0]?.actions[0]?.run()
    expect(strip()).toEqual(['c', 'b', 'a'])
    await vi.advanceTimersByTimeAsync(20_000)
    expect(kept.size).toBe(3)
    removal.remove('a')
    expect(texts()).toEqual(['Pin removed'])
  })

  it('are deleted with the page of their drawing', async () => {
    const { removal } = await removing()
    removal.remove('a')
    removal.close()
    await vi.advanceTimersByTimeAsync(0)
    expect([[...kept], texts()]).toEqual([['b', 'c'], []])
  })

  it('are not offered any more once another page has deleted them', async () => {
    const { pins, removal } = await removing()
    removal.remove('a')
    kept.delete('a')
    await pins.load()
    expect(texts()).toEqual([])
    removal.remove('b')
    expect(texts()).toEqual(['Pin removed'])
  })

  it('are back where the browser does not delete them, and that is said', async () => {
    const { removal, strip } = await removing()
    refuses = true
    removal.remove('a')
    await vi.advanceTimersByTimeAsync(11_000)
    expect(strip()).toEqual(['c', 'b', 'a'])
    expect(texts()).toEqual(['The pin could not be removed, and is back: the disk is gone'])
  })
})
