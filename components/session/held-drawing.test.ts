import { expect, it } from 'vitest'
import { PlainSurface } from '../canvas/plain/plain-surface.ts'
import { TldrawSurface, type EditorHands } from '../canvas/tldraw-surface.ts'
import { holdDrawing } from './held-drawing.ts'

const options = { size: { width: 256, height: 256 }, start: 'blank' } as const

it('a plain drawing is held as it was, the stroke under the pen with it', async () => {
  const surface = new PlainSurface(options)
  surface.penDown([0, 0, 0.5])
  const held = holdDrawing(surface)
  surface.penUp()
  surface.clear()
  expect(await held()).toMatchObject({ plain: 1, items: [{ kind: 'stroke' }] })
  expect(surface.items).toEqual([])
})

const shape = (id: string, parentId: string, { index = 'a1', props = {} } = {}) => ({
  typeName: 'shape',
  id,
  parentId,
  index,
  props,
})

it('a drawing of tldraw is held as it was: from the lowest shape up, groups before what is in them', async () => {
  const surface = new TldrawSurface(options)
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
  surface.store.setState({ hands: { editor } as unknown as EditorHands, ready: true })
  const held = holdDrawing(surface)
  now = []
  const content = await held()
  if ('plain' in content) throw new Error('not of tldraw')
  expect(content.shapes.map(({ id }) => id)).toEqual(['shape:photo', 'shape:group', 'shape:inner'])
  expect(content.rootShapeIds).toEqual(['shape:photo', 'shape:group'])
  expect(content.assets).toEqual([{ typeName: 'asset', id: 'asset:seen' }])
  expect(content.bindings).toHaveLength(1)
})
