import fc from 'fast-check'
import { expect, it } from 'vitest'
import { firstChars, hasAtMostChars, shortened } from './text.ts'

it('counts and cuts as the iterator of strings does, so that no character is halved', () => {
  const unit = fc.constantFrom('x', 'é', '日', '🏡', '\ud83c', '\udfe1')
  const text = fc.array(unit, { maxLength: 12 }).map((units) => units.join(''))
  fc.assert(
    fc.property(text, fc.nat(12), (given, most) => {
      expect(firstChars(given, most)).toBe([...given].slice(0, most).join(''))
      expect(hasAtMostChars(given, most)).toBe([...given].length <= most)
    }),
  )
})

it('says that something was cut off', () => {
  expect([shortened('🏡🏡', 2), shortened('🏡🏡🏡', 2)]).toEqual(['🏡🏡', '🏡🏡…'])
})
