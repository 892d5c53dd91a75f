import { DEFAULT_THEME } from 'tldraw'
import { expect, it } from 'vitest'
import { COLOURS, WIDTHS, widthBeside } from './palette.ts'

it.each(COLOURS)('$id is what tldraw paints under that name', ({ id, css }) => {
  expect(DEFAULT_THEME.colors.light[id].solid).toBe(css)
})

it('steps from width to width, and not past the ends', () => {
  expect(WIDTHS.map(({ id }) => widthBeside(id, 1))).toEqual(['m', 'l', 'xl', undefined])
  expect(WIDTHS.map(({ id }) => widthBeside(id, -1))).toEqual([undefined, 's', 'm', 'l'])
})
