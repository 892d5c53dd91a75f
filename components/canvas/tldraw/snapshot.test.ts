import type { Editor } from 'tldraw'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Snapshotter } from './snapshot.ts'

/** A canvas without pixels, which knows how large it is. */
class EmptyCanvas {
  width = 0
  height = 0
  getContext = () => ({ canvas: this, fillRect: () => undefined, drawImage: () => undefined })
  toDataURL = () => 'data:image/jpeg;base64,AAAA'
}

let canvases: EmptyCanvas[] = []
beforeEach(() => {
  canvases = []
  const createElement = () => {
    const canvas = new EmptyCanvas()
    canvases.push(canvas)
    return canvas
  }
  vi.stubGlobal('document', { createElement })
})
afterEach(() => void vi.unstubAllGlobals())

const blank = {
  getCurrentPageId: () => 'page:page',
  getSortedChildIdsForParent: () => [],
} as unknown as Editor
const sizes = [256, 512, 1024].map((width) => ({ width, height: 256 }))
const held = () => canvases.filter(({ width }) => width > 0).map(({ width }) => width)

it('keeps the paper of two sizes, and of none once it is disposed of', async () => {
  const snapshotter = new Snapshotter(blank)
  for (const size of sizes) await snapshotter.take(size)
  expect(held()).toEqual([512, 1024])
  snapshotter.dispose()
  expect(held()).toEqual([])
})

it('a snapshot that is under way is finished, and its paper given back', async () => {
  const snapshotter = new Snapshotter(blank)
  const underWay = snapshotter.take({ width: 256, height: 256 })
  snapshotter.dispose()
  expect((await underWay).codec).toBe('jpeg')
  expect(held()).toEqual([])
})

it('a drawing that did not change is painted once', async () => {
  const snapshotter = new Snapshotter(blank)
  const [size = { width: 256, height: 256 }] = sizes
  const first = await snapshotter.take(size)
  const count = canvases.length
  expect(await snapshotter.take(size)).toBe(first)
  expect(canvases).toHaveLength(count)
})
