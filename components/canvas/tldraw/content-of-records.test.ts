import type { TLRecord } from 'tldraw'
import { expect, it } from 'vitest'
import { contentOfRecords } from './content-of-records.ts'

const schema = { schemaVersion: 2 as const, sequences: {} }

/** A record that counts how often somebody asks where it belongs. */
function shapeIn(parentId: string, { id, index }: { id: string; index: string }, reads: { count: number }) {
  const shape = { typeName: 'shape', id, index, props: {} }
  return Object.defineProperty(shape, 'parentId', {
    enumerable: true,
    get: () => {
      reads.count += 1
      return parentId
    },
  }) as unknown as TLRecord
}

it('a drawing of many shapes and groups is put in order in one go', async () => {
  const reads = { count: 0 }
  const groups = Array.from({ length: 200 }, (_, at) => `shape:group-${at}`)
  const records = groups.flatMap((group, at) => [
    shapeIn(group, { id: `${group}-b`, index: 'a2' }, reads),
    shapeIn(group, { id: `${group}-a`, index: 'a1' }, reads),
    shapeIn('page:page', { id: group, index: `a${String(999 - at)}` }, reads),
  ])
  const { shapes, rootShapeIds } = await contentOfRecords({ records, schema })
  const upwards = groups.toReversed()
  expect(rootShapeIds).toEqual(upwards)
  expect(shapes.map(({ id }) => id)).toEqual(upwards.flatMap((id) => [id, `${id}-a`, `${id}-b`]))
  expect(reads.count).toBeLessThan(10 * records.length)
})

it('what lies at one place keeps its order', async () => {
  const same = ['c', 'a', 'b'].map((name) =>
    shapeIn('page:page', { id: `shape:${name}`, index: 'a1' }, { count: 0 }),
  )
  const { rootShapeIds } = await contentOfRecords({ records: same, schema })
  expect(rootShapeIds).toEqual(['shape:c', 'shape:a', 'shape:b'])
})
