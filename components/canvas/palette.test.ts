import { DEFAULT_THEME, DefaultSizeStyle } from 'tldraw'
import { expect, it } from 'vitest'
import { COLOURS, WIDTHS, widthBeside } from './palette.ts'

it.each(COLOURS)('$id is what tldraw paints under that name', ({ id, css }) => {
  expect(DEFAULT_THEME.colors.light[id].solid).toBe(css)
})

it('has the widths of tldraw', () => {
  expect(WIDTHS.map(({ id }) => id)).toEqual([...DefaultSizeStyle.values])
})

it('steps from width to width, and not past the ends', () => {
  expect(WIDTHS.map(({ id }) => widthBeside(id, 1))).toEqual(['m', 'l', 'xl', undefined])
  expect(WIDTHS.map(({ id }) => widthBeside(id, -1))).toEqual([undefined, 's', 'm', 'l'])
})
