import { afterEach, expect, it, vi } from 'vitest'
import { dress } from './stage-style.ts'
import { FakeDocument, FakeRoot } from './testing/fake-document.ts'

afterEach(() => void vi.unstubAllGlobals())

/** A shadow tree, of a browser that takes sheets in it or does not. */
function rootIn(page: object, more: object = {}) {
  const root = Object.assign(new FakeRoot(page), more)
  return { root, shadow: root as unknown as ShadowRoot }
}

it('is a sheet and no <style>, which a policy could stop', () => {
  const { root, shadow } = rootIn(new FakeDocument(), { adoptedStyleSheets: [] })
  dress(shadow)
  expect(shadow.adoptedStyleSheets).toEqual([{ text: expect.stringContaining('height: 420px') }])
  expect(root.querySelector('style')).toBeNull()
  dress(shadow, 613)
  expect(shadow.adoptedStyleSheets).toEqual([{ text: expect.stringContaining('height: 613px') }])
})

it('is put on again in another document, whose window makes the sheet', () => {
  const { shadow } = rootIn(new FakeDocument(), { adoptedStyleSheets: [] })
  dress(shadow)
  const [first] = shadow.adoptedStyleSheets
  dress(shadow)
  expect(shadow.adoptedStyleSheets).toHaveLength(1)
  expect(shadow.adoptedStyleSheets[0]).not.toBe(first)
})

it('is left for later in a document that nobody sees', () => {
  const { shadow } = rootIn({ defaultView: null }, { adoptedStyleSheets: [] })
  dress(shadow)
  expect(shadow.adoptedStyleSheets).toEqual([])
})

it('is a <style>, once, where the browser takes no sheets', () => {
  const page = new FakeDocument()
  vi.stubGlobal('document', page)
  const { root, shadow } = rootIn(page)
  dress(shadow)
  dress(shadow, 613)
  const worn = [...root.children].map(({ tag, textContent }) => [tag, textContent.includes('height: 613px')])
  expect(worn).toEqual([['style', true]])
})
