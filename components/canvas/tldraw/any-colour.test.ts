import { createTLStore, DefaultColorStyle, getColorValue, DEFAULT_THEME } from 'tldraw'
import { beforeAll, expect, it } from 'vitest'
import { takeAnyColour } from './any-colour.ts'
import { PAPER_THEMES } from './tldraw-look.ts'

// As an editor does, before and after: it sets the names of its theme.
beforeAll(() => {
  createTLStore({ themes: PAPER_THEMES })
  takeAnyColour()
  createTLStore({ themes: PAPER_THEMES })
})

it('a shape may have a colour of the palette or one of one’s own, and no other', () => {
  expect(DefaultColorStyle.validate('red')).toBe('red')
  expect(DefaultColorStyle.validate('#8b5a2b')).toBe('#8b5a2b')
  expect(DefaultColorStyle.validateUsingKnownGoodVersion('red', '#8b5a2b')).toBe('#8b5a2b')
  expect(() => DefaultColorStyle.validate('beige')).toThrow(/"beige" is no colour; expected .*#rrggbb/)
  expect(() => DefaultColorStyle.validate('url(#a)')).toThrow(/is no colour/)
})

it('tldraw paints it as it is, whatever it is for', () => {
  for (const use of ['solid', 'fill', 'semi'] as const)
    expect(getColorValue(DEFAULT_THEME.colors.light, '#8b5a2b', use)).toBe('#8b5a2b')
})
