import { describe, expect, it } from 'vitest'
import { cssOf, isOwnColour } from './own-colour.ts'

describe('a colour of one’s own', () => {
  it.each(['#8b5a2b', '#000000', '#ffffff'])('is %s', (colour) => {
    expect(isOwnColour(colour)).toBe(true)
    expect(cssOf(colour)).toBe(colour)
  })

  // What tldraw and files may bring: of two ways to write one colour, one.
  it.each(['#FFFFFF', '#fff', 'red', 'url(#a)', '#8b5a2b;', '', 7, undefined])('is not %j', (value) => {
    expect(isOwnColour(value)).toBe(false)
  })

  it('is what the palette paints where it has the name, and black where nobody knows it', () => {
    expect(cssOf('red')).toBe('#e03131')
    expect(cssOf('beige')).toBe('#1d1d1d')
  })
})
