import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openDatabase } from '../../session/indexed-db.ts'
import type { Item } from './plain-drawing.ts'
import { nameOf } from './plain-names.ts'
import { deletePlain, loadPlain, plainKeys, savePlain } from './plain-storage.ts'
import { strokeAt } from './testing/strokes.ts'

const photo: Item = { kind: 'photo', src: 'data:image/png;base64,AA', x: 0, y: 0, w: 9, h: 9 }
const [a, b, c, d] = [strokeAt(1), strokeAt(2), strokeAt(3), strokeAt(4)]
const seen = (...items: Item[]) => new Set(items.map(nameOf))

/** What version 1 of this browser's database has. */
async function keptByVersion1(records: Record<string, unknown>): Promise<void> {
  const database = await openDatabase('sketchwire-plain', 1, (made) => made.createObjectStore('drawings'))
  const transaction = database.transaction('drawings', 'readwrite')
  for (const [key, record] of Object.entries(records)) transaction.objectStore('drawings').put(record, key)
  await new Promise((resolve) => (transaction.oncomplete = resolve))
  database.close()
}

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

describe('a plain drawing in storage', () => {
  it('comes back as it was written, in its order, what is on it twice twice', async () => {
    expect(await loadPlain('boat')).toBeUndefined()
    await savePlain('boat', [photo, b, a, strokeAt(2)], seen(photo, a, b))
    expect(await loadPlain('boat')).toEqual({ plain: 1, items: [photo, b, a, b] })
    expect(await plainKeys()).toEqual(['boat'])
  })

  it('is written by what changed, and not anew for every stroke', async () => {
    await savePlain('boat', [photo, a], seen(photo, a))
    const put = vi.spyOn(IDBObjectStore.prototype, 'put')
    const remove = vi.spyOn(IDBObjectStore.prototype, 'delete')
    await savePlain('boat', [photo, a, b], seen(photo, a, b))
    const written = () => put.mock.calls.map(([value]) => value as unknown)
    expect(written().filter((value) => value !== b)).toEqual([{ plain: 1, order: [photo, a, b].map(nameOf) }])
    expect(remove).not.toHaveBeenCalled()
    put.mockClear()
    await savePlain('boat', [a, photo], seen(photo, a, b))
    expect(written()).toEqual([{ plain: 1, order: [a, photo].map(nameOf) }])
    expect(remove.mock.calls).toEqual([[['boat', nameOf(b)]]])
  })

  it('keeps what another tab has stored and this one has never seen, and takes away what it has', async () => {
    await savePlain('boat', [a, b], seen(a, b))
    await savePlain('boat', [a, c, d], seen(a, c, d))
    expect((await loadPlain('boat'))?.items).toEqual([a, c, d, b])
    await savePlain('boat', [a, d], seen(a, b, c, d))
    expect((await loadPlain('boat'))?.items).toEqual([a, d])
  })

  it('is deleted with all of its items, and no other', async () => {
    await savePlain('boat', [a, b], seen(a, b))
    await savePlain('boat-2', [a], seen(a))
    await deletePlain('boat')
    expect(await loadPlain('boat')).toBeUndefined()
    expect(await plainKeys()).toEqual(['boat-2'])
    await savePlain('boat', [c], seen(c))
    expect((await loadPlain('boat'))?.items).toEqual([c])
    expect((await loadPlain('boat-2'))?.items).toEqual([a])
  })
})

describe('a plain drawing that version 1 kept', () => {
  it('opens as it is, is taken apart by the next write, and opens again', async () => {
    await keptByVersion1({ boat: { plain: 1, items: [photo, a, b] } })
    expect(await plainKeys()).toEqual(['boat'])
    expect(await loadPlain('boat')).toEqual({ plain: 1, items: [photo, a, b] })
    await savePlain('boat', [photo, b, c], seen(photo, a, b, c))
    expect(await loadPlain('boat')).toEqual({ plain: 1, items: [photo, b, c] })
    const put = vi.spyOn(IDBObjectStore.prototype, 'put')
    await savePlain('boat', [photo, b], seen(photo, a, b, c))
    expect(put.mock.calls.map(([value]) => value as unknown)).toEqual([
      { plain: 1, order: [photo, b].map(nameOf) },
    ])
  })

  it('loses nothing to a tab that has not read it', async () => {
    await keptByVersion1({ boat: { plain: 1, items: [photo, a] } })
    await savePlain('boat', [b], seen(b))
    expect((await loadPlain('boat'))?.items).toEqual([b, photo, a])
  })

  it('is refused, and not written over, where a later version wrote it', async () => {
    const later = { plain: 2, strokes: [] }
    await keptByVersion1({ boat: later })
    await expect(loadPlain('boat')).rejects.toThrow()
    await expect(savePlain('boat', [a], seen(a))).rejects.toThrow()
    await expect(loadPlain('boat')).rejects.toThrow()
  })
})
