import { expect, it } from 'vitest'
import { ensureKnownLanguage } from './known-language.ts'

it('a language that Intl does not know becomes English, as uPlot asks Intl for it when it is loaded', () => {
  const browser = Object.create({ language: 'C' })
  ensureKnownLanguage(browser)
  expect(() => new Intl.NumberFormat(browser.language)).not.toThrow()
  expect(browser.language).toBe('en')
})

it('a known language stays what it is', () => {
  const browser = { language: 'de-CH' }
  ensureKnownLanguage(browser)
  expect(browser.language).toBe('de-CH')
})
