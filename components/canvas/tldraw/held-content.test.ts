import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { holdContent } from './held-content.ts'

const shape = (id: string, parentId: string, { index = 'a1', props = {} } = {}) => ({
  typeName: 'shape',
  id,
  parentId,
  index,
  props,
})
const photo = (id: string, src: string | null) => ({ typeName: 'asset', type: 'image', id, props: { src } })
const PIXEL = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=='

/** An editor whose records are `records.now`, and the addresses at which photos are found. */
function editorOf(now: unknown[]) {
  const records = { now }
  const stored = new Map<string, string>()
  const previews = new Map<string, string>()
  const editor = {
    store: {
      allRecords: () => records.now,
      get: (id: string) => records.now.find((record) => Object(record).id === id),
      schema: { serialize: () => ({ schemaVersion: 2 }) },
      props: {
        assets: { resolve: async ({ props }: ReturnType<typeof photo>) => stored.get(props.src ?? '') },
      },
    },
    getTemporaryAssetPreview: (id: string) => previews.get(id),
  }
  const hold = () => holdContent(editor as unknown as Parameters<typeof holdContent>[0])
  return { records, stored, previews, hold }
}

it('a drawing of tldraw is held as it was: from the lowest shape up, groups before what is in them', async () => {
  const { records, hold } = editorOf([
    { typeName: 'page', id: 'page:page' },
    shape('shape:inner', 'shape:group'),
    shape('shape:group', 'page:page', { index: 'a2' }),
    shape('shape:photo', 'page:page', { props: { assetId: 'asset:seen' } }),
    { typeName: 'binding', id: 'binding:one' },
    photo('asset:seen', PIXEL),
    photo('asset:of-another-time', PIXEL),
  ])
  const held = hold()
  records.now = []
  const content = await held()
  expect(content.shapes.map(({ id }) => id)).toEqual(['shape:photo', 'shape:group', 'shape:inner'])
  expect(content.rootShapeIds).toEqual(['shape:photo', 'shape:group'])
  expect(content.assets).toEqual([photo('asset:seen', PIXEL)])
  expect(content.bindings).toHaveLength(1)
})

describe('a photo of a drawing that is held', () => {
  /** Node has none. It gives what a browser's gives. */
  class Reader extends EventTarget {
    result = ''
    async readAsDataURL(blob: Blob) {
      this.result = `data:${blob.type};base64,${Buffer.from(await blob.arrayBuffer()).toString('base64')}`
      this.dispatchEvent(new Event('load'))
    }
  }
  beforeEach(() => void vi.stubGlobal('FileReader', Reader))
  afterEach(() => void vi.unstubAllGlobals())

  const withPhoto = (src: string | null) =>
    editorOf([
      { typeName: 'page', id: 'page:page' },
      shape('shape:photo', 'page:page', { props: { assetId: 'asset:a' } }),
      photo('asset:a', src),
    ])
  const sources = async ({ hold }: ReturnType<typeof withPhoto>) =>
    (await hold()()).assets.map(({ props }) => ('src' in props ? props.src : undefined))

  it('goes with it, whether it is stored already or still on its way', async () => {
    const kept = withPhoto('asset:a')
    kept.stored.set('asset:a', PIXEL)
    expect(await sources(kept)).toEqual([PIXEL])
    const coming = withPhoto('')
    coming.previews.set('asset:a', PIXEL)
    expect(await sources(coming)).toEqual([PIXEL])
  })

  it('goes with it when it was stored since', async () => {
    const coming = withPhoto('')
    const held = coming.hold()
    coming.records.now = [photo('asset:a', 'asset:a')]
    coming.stored.set('asset:a', PIXEL)
    expect((await held()).assets).toMatchObject([{ props: { src: PIXEL } }])
  })

  it.each([
    ['nothing is known of', undefined],
    ['something else came for', 'data:text/html,not%20found'],
    ['cannot be fetched', 'blob:nodedata:gone'],
  ])('that %s is no part of a drawing that leaves: it is said', async (_, address) => {
    const lost = withPhoto('asset:a')
    if (address) lost.stored.set('asset:a', address)
    await expect(sources(lost)).rejects.toThrow('a photo is still being read. Try again in a moment')
  })
})
