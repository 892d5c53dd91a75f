import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { openDatabase, transact } from '../session/indexed-db.ts'
import { forgetUnsaved, leaveUnsaved, onPlain } from '../session/unsaved.ts'
import { databaseOf } from './drawing-names.ts'
import { keepsShapes } from './kept-shapes.ts'
import { keptPlain } from './plain/kept-plain.ts'
import { leftOf } from './plain/plain-left.ts'
import { savePlain } from './plain/plain-storage.ts'
import { strokeAt } from './plain/testing/strokes.ts'

beforeEach(() => vi.stubGlobal('indexedDB', new IDBFactory()))

/** As tldraw keeps a drawing. */
async function keep(key: string, ids: readonly string[]): Promise<void> {
  const database = await openDatabase(databaseOf(key), 4, (made) => made.createObjectStore('records'))
  await transact(database.transaction('records', 'readwrite'), (transaction) =>
    ids.map((id) => transaction.objectStore('records').put({ id }, id)),
  )
  database.close()
}

describe('what the other canvas keeps of a drawing', () => {
  it('is nothing where there is nothing, and no database is made by asking', async () => {
    expect([await keepsShapes('boat'), await keptPlain('boat')]).toEqual([false, undefined])
    expect(await indexedDB.databases()).toEqual([])
  })

  it('is shapes, and not the blank page of a drawing that was only opened', async () => {
    await keep('boat', ['document:document', 'page:page', 'shape:1'])
    await keep('blank', ['document:document', 'page:page'])
    expect([await keepsShapes('boat'), await keepsShapes('blank')]).toEqual([true, false])
  })

  it('is nothing that could be told of where storage is refused', async () => {
    vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('Refused', 'InvalidStateError')
    })
    expect(await keepsShapes('boat')).toBe(false)
  })

  it('is strokes, with the last one that a page left as it went', async () => {
    const [first, last] = [strokeAt(0), strokeAt(9)]
    await savePlain('boat', [first], new Set())
    leaveUnsaved(onPlain('boat'), leftOf([first, last], [[first]]))
    expect(await keptPlain('boat')).toEqual({ plain: 1, items: [first, last] })
    expect(await keptPlain('island')).toBeUndefined()
  })

  it('is what a page left where IndexedDB took none of it, or cannot be read', async () => {
    const left = leftOf([strokeAt(0)], [[]])
    leaveUnsaved(onPlain('full'), left, { unkept: true })
    // As an editor that opens it does with what it left itself.
    forgetUnsaved('full')
    expect((await keptPlain('full'))?.items).toEqual(left.items)
    leaveUnsaved('drawn', { put: [{ id: 'shape:1', typeName: 'shape' }] }, { unkept: true })
    leaveUnsaved('seen', { put: [{ id: 'page:1', typeName: 'page' }] }, { unkept: true })
    expect([await keepsShapes('drawn'), await keepsShapes('seen')]).toEqual([true, false])
    vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('Refused', 'InvalidStateError')
    })
    expect((await keptPlain('full'))?.items).toEqual(left.items)
    expect(await keepsShapes('drawn')).toBe(true)
    await expect(keptPlain('island')).rejects.toThrow('Refused')
  })
})
