import { expect, it } from 'vitest'
import type { DrawingContent } from './drawing-content.ts'
import { EXAMPLE } from './example-scene.ts'
import { isUntouched } from './untouched.ts'

const tldraw = (shapes: object[]) =>
  ({ shapes, bindings: [], rootShapeIds: [], assets: [], schema: {} }) as unknown as DrawingContent
/** The example as tldraw has it (tldraw/example-drawing.ts): by the first point of an outline, the corner of a box. */
const example = [
  [-300, -300, 'light-blue'],
  [-52, -78, 'yellow'],
  [-300, 52, 'grey'],
  [-300, 50, 'blue'],
  [12, 118, 'green'],
  [142, 66, 'white'],
  [147, -38, 'red'],
  [144, 14, 'red'],
  [146, -104, 'red'],
  [-172, 144, 'orange'],
  [-108, 42, 'white'],
  [-116, 66, 'white'],
].map(([x, y, color]) => ({ x, y, props: { color } }))

it('a page is untouched while it is blank or the example, in any order', () => {
  expect(isUntouched({ plain: 1, items: [] })).toBe(true)
  expect(isUntouched({ plain: 1, items: structuredClone([...EXAMPLE]) })).toBe(true)
  expect(isUntouched(tldraw([]))).toBe(true)
  expect(isUntouched(tldraw([...example].reverse()))).toBe(true)
})

it('a page that something was added to, moved on or taken from is not', () => {
  expect(isUntouched({ plain: 1, items: EXAMPLE.slice(1) })).toBe(false)
  expect(isUntouched(tldraw([...example, { x: 0, y: 0, props: { color: 'black' } }]))).toBe(false)
  expect(isUntouched(tldraw(example.slice(1)))).toBe(false)
  const [first, ...others] = example
  expect(isUntouched(tldraw([{ ...first, x: 7 }, ...others]))).toBe(false)
  expect(isUntouched(tldraw([{ ...first, props: { color: 'black' } }, ...others]))).toBe(false)
})
