import { expect, it, vi } from 'vitest'
import { FakeDocument } from './testing/fake-document.ts'

it('importing the entry makes the element known to the page', async () => {
  const define = vi.fn()
  const customElements = { get: () => undefined, define }
  for (const [name, value] of Object.entries({ ...new FakeDocument().globals, customElements }))
    vi.stubGlobal(name, value)
  const { SketchwireCanvas } = await import('./index.ts')
  expect(define.mock.calls).toEqual([['sketchwire-canvas', SketchwireCanvas]])
})
