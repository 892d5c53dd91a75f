import fc from 'fast-check'
import {
  b64Vecs,
  Box,
  DrawShapeUtil,
  type Editor,
  type TLAsset,
  type TLBinding,
  type TLRecord,
  type TLShape,
} from 'tldraw'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { isAsHashed, pageShapes } from './page-shapes.ts'
import { PAPER_THEMES } from './tldraw-look.ts'

beforeEach(() => void vi.stubGlobal('Path2D', class {}))
afterEach(() => void vi.unstubAllGlobals())

const PAGE = 'page:page'
const PAPER = new Box(-256, -256, 512, 512)
const path = b64Vecs.encodePoints([0, 10, 20, 30].map((x) => ({ x, y: x / 2, z: 0.5 })))
const STROKE = {
  ...{ color: 'black', fill: 'none', dash: 'solid', size: 'm', segments: [{ type: 'free', path }] },
  ...{ isComplete: true, isClosed: false, isPen: false, scale: 1, scaleX: 1, scaleY: 1 },
}

interface Place {
  readonly parentId?: string
  readonly x?: number
}

function shape(
  id: string,
  type: string,
  { parentId = PAGE, x = 0 }: Place = {},
  props: object = {},
): TLShape {
  const base = { typeName: 'shape', index: id, y: 0, rotation: 0, opacity: 1 }
  return { ...base, id: `shape:${id}`, type, parentId, x, props } as unknown as TLShape
}
const stroke = (id: string, place?: Place) => shape(id, 'draw', place, STROKE)

/** As much of an editor as says which records a page has. */
class Page {
  readonly records: Map<string, TLRecord>
  readonly getShapePageBounds = vi.fn((id: string) => {
    const found = this.shapes.find((one) => one.id === id)
    return found && new Box(found.x, found.y, 20, 10)
  })
  readonly #strokes = new DrawShapeUtil(this.editor)

  constructor(records: readonly TLRecord[]) {
    this.records = new Map(records.map((record) => [record.id, record]))
  }

  get editor(): Editor {
    return this as unknown as Editor
  }
  get shapes(): TLShape[] {
    return [...this.records.values()].filter((record) => record.typeName === 'shape')
  }
  put(...records: readonly TLRecord[]): void {
    for (const record of records) this.records.set(record.id, record)
  }
  getCurrentPageId = () => PAGE
  getCurrentTheme = () => PAPER_THEMES.default
  getColorMode = () => 'light'
  getShapeUtil = ({ type }: TLShape) => (type === 'draw' ? this.#strokes : {})
  getShape = (id: string) => this.shapes.find((one) => one.id === id)
  getAsset = (id: string) => this.records.get(id)
  getSortedChildIdsForParent = (parent: string) =>
    this.shapes
      .filter(({ parentId }) => parentId === parent)
      .sort((a, b) => (a.index < b.index ? -1 : 1))
      .map(({ id }) => id)
  getBindingsFromShape = ({ id }: TLShape) =>
    [...this.records.values()].filter((record) => record.typeName === 'binding' && record.fromId === id)
  getShapeAncestors = ({ parentId }: TLShape): TLShape[] => {
    const parent = this.getShape(parentId)
    return parent ? [...this.getShapeAncestors(parent), parent] : []
  }
}

/** What the painter is told, without the objects it is told with. */
const told = (page: Page) =>
  pageShapes(page.editor, PAPER).map(({ id, hash, exported, bounds }) => ({
    id,
    hash,
    exported,
    x: bounds.x,
  }))
/** The same records, none of which has been seen before. */
const unseen = (page: Page) => new Page(structuredClone([...page.records.values()]))

/** Strokes, a photo, a group and a frame with a stroke in each, and an arrow that ends at the one in the frame. */
const everything = () =>
  new Page([
    ...['a', 'b', 'c', 'd'].map((id) => stroke(id)),
    shape('photo', 'image', {}, { assetId: 'asset:photo' }),
    { typeName: 'asset', id: 'asset:photo', props: { src: '' } } as unknown as TLAsset,
    shape('group', 'group'),
    stroke('grouped', { parentId: 'shape:group' }),
    shape('frame', 'frame'),
    stroke('framed', { parentId: 'shape:frame' }),
    shape('arrow', 'arrow'),
    {
      ...{ typeName: 'binding', type: 'arrow', id: 'binding:one' },
      ...{ fromId: 'shape:arrow', toId: 'shape:framed', props: { x: 0 } },
    } as unknown as TLBinding,
  ])

describe('the shapes of a page', () => {
  it('are looked at once in their life, where one record is all there is to them', () => {
    const page = new Page(Array.from({ length: 100 }, (_, at) => stroke(`s${at}`)))
    told(page)
    told(page)
    expect(page.getShapePageBounds).toHaveBeenCalledTimes(100)
    page.put(stroke('s7', { x: 30 }))
    told(page)
    expect(page.getShapePageBounds).toHaveBeenCalledTimes(101)
  })

  it('are never those of before, whatever was seen of them', () => {
    const id = fc.constantFrom(...everything().records.keys())
    const parentId = fc.constantFrom(PAGE, 'shape:group', 'shape:frame', 'shape:a', 'shape:b')
    const edit = fc.oneof(
      fc.record({ move: id, x: fc.integer({ min: -600, max: 600 }) }),
      fc.record({ move: id, parentId }),
      fc.record({ remove: id }),
      fc.record({ src: fc.string() }),
      fc.record({ bindTo: id }),
    )
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 20 }), (edits) => {
        const page = everything()
        for (const one of edits) {
          apply(page, one)
          expect(told(page)).toEqual(told(unseen(page)))
        }
      }),
    )
  })

  it.each<[string, (page: Page) => void, string[]]>([
    ['a stroke that was moved', (page) => page.put(stroke('a', { x: 5 })), ['a']],
    ['a photo whose bytes came', (page) => apply(page, { src: 'data:' }), ['photo']],
    [
      'a stroke in a group',
      (page) => page.put(stroke('grouped', { parentId: 'shape:group', x: 5 })),
      ['group'],
    ],
    [
      'what an arrow points at, in a frame',
      (page) => page.put(stroke('framed', { parentId: 'shape:frame', x: 5 })),
      ['arrow', 'frame'],
    ],
    ['the frame around that', (page) => page.put(shape('frame', 'frame', { x: 5 })), ['arrow', 'frame']],
    ['where an arrow ends', (page) => apply(page, { bindTo: 'shape:b' }), ['arrow']],
    ['what was put into a stroke', (page) => page.put(stroke('in', { parentId: 'shape:a' })), ['a']],
  ])('hear of %s', (_, change, changed) => {
    const page = everything()
    const before = pageShapes(page.editor, PAPER)
    change(page)
    const stale = before.filter((one) => !isAsHashed(page.editor, one))
    expect(stale.map(({ id }) => id).sort()).toEqual(changed.map((id) => `shape:${id}`))
    const after = pageShapes(page.editor, PAPER)
    const differ = after.filter(({ hash }) => before.every((one) => one.hash !== hash))
    expect(differ.map(({ id }) => id).sort()).toEqual(changed.map((id) => `shape:${id}`))
  })

  it('are exported where something is in them: ink alone does not show it', () => {
    const page = new Page([stroke('a'), stroke('b')])
    expect(told(page).map(({ exported }) => exported)).toEqual([false, false])
    page.put(stroke('in', { parentId: 'shape:a' }))
    expect(told(page).map(({ exported }) => exported)).toEqual([true, false])
    page.records.delete('shape:in')
    expect(told(page).map(({ exported }) => exported)).toEqual([false, false])
  })
})

interface Edit {
  readonly move?: string
  readonly x?: number
  readonly parentId?: string
  readonly remove?: string
  readonly src?: string
  readonly bindTo?: string
}

function apply(page: Page, { move = '', remove = '', src, bindTo, ...to }: Edit): void {
  const moved = page.records.get(move)
  // Nothing goes into itself.
  if (moved?.typeName === 'shape' && !to.parentId?.startsWith(moved.id)) {
    const next = { ...moved, ...to } as TLShape
    if (!page.getShapeAncestors(next).some(({ id }) => id === next.id)) page.put(next)
  }
  if (remove.startsWith('shape:')) page.records.delete(remove)
  if (src !== undefined)
    page.put({ typeName: 'asset', id: 'asset:photo', props: { src } } as unknown as TLAsset)
  const bound = page.records.get('binding:one')
  if (bindTo?.startsWith('shape:') && bound) page.put({ ...bound, toId: bindTo } as unknown as TLBinding)
}
