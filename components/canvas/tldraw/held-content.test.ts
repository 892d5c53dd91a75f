import { expect, it } from 'vitest'
import { holdContent } from './held-content.ts'

const shape = (id: string, parentId: string, { index = 'a1', props = {} } = {}) => ({
  typeName: 'shape',
  id,
  parentId,
  index,
  props,
})

it('a drawing of tldraw is held as it was: from the lowest shape up, groups before what is in them', async () => {
  const records: unknown[] = [
    { typeName: 'page', id: 'page:page' },
    shape('shape:inner', 'shape:group'),
    shape('shape:group', 'page:page', { index: 'a2' }),
    shape('shape:photo', 'page:page', { props: { assetId: 'asset:seen' } }),
    { typeName: 'binding', id: 'binding:one' },
    { typeName: 'asset', id: 'asset:seen' },
    { typeName: 'asset', id: 'asset:of-another-time' },
  ]
  let now = records
  const editor = {
    store: { allRecords: () => now, schema: { serialize: () => ({ schemaVersion: 2 }) } },
    getCurrentPageId: () => 'page:page',
    resolveAssetsInContent: async (content: object) => content,
  }
  const held = holdContent(editor as unknown as Parameters<typeof holdContent>[0])
  now = []
  const content = await held()
  expect(content.shapes.map(({ id }) => id)).toEqual(['shape:photo', 'shape:group', 'shape:inner'])
  expect(content.rootShapeIds).toEqual(['shape:photo', 'shape:group'])
  expect(content.assets).toEqual([{ typeName: 'asset', id: 'asset:seen' }])
  expect(content.bindings).toHaveLength(1)
})
