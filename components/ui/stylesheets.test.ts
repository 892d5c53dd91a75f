import { expect, it } from 'vitest'
import { rules } from './testing/stylesheets.ts'

const TWINS = [
  ['::-webkit-slider-thumb', '::-moz-range-thumb'],
  ['::-webkit-slider-runnable-track', '::-moz-range-track'],
  ['::-webkit-progress-value', '::-moz-progress-bar'],
] as const

it('what a slider shows in Chromium and Safari, it shows in Firefox', () => {
  const selectors = new Set(rules.map(({ selector }) => selector))
  const alone = [...selectors].flatMap((selector) =>
    TWINS.filter(([webkit]) => selector.includes(webkit))
      .map(([webkit, moz]) => selector.replace(webkit, moz))
      .filter((twin) => !selectors.has(twin)),
  )
  expect(alone).toEqual([])
  expect(selectors).toContain('.slider input:focus-visible::-moz-range-thumb')
})

it('a browser drops a whole rule for one part of a slider that it does not know: none is listed with another', () => {
  const parts = /::-(webkit|moz)-(slider|range|progress)/
  const lists = rules.filter(({ selector }) => parts.test(selector) && selector.includes(','))
  expect(lists.map(({ selector }) => selector)).toEqual([])
})
