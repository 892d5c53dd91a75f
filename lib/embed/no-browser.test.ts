import { expect, it } from 'vitest'

it('where a server renders the page the element can be imported and made known, and nothing comes of it', async () => {
  expect('HTMLElement' in globalThis).toBe(false)
  const { defineSketchwireCanvas, ELEMENT_NAME } = await import('./index.ts')
  expect(defineSketchwireCanvas).not.toThrow()
  expect(ELEMENT_NAME).toBe('sketchwire-canvas')
})
