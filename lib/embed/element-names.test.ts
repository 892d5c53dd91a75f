import { beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeDocument } from './testing/fake-document.ts'

const page = new FakeDocument()
for (const [name, value] of Object.entries(page.globals)) vi.stubGlobal(name, value)
const { SketchwireCanvas } = await import('./element.ts')

function canvas(drawing: string) {
  const element = new SketchwireCanvas()
  element.setAttribute('server', 'https://draw.example.org')
  element.setAttribute('drawing', drawing)
  return element
}

describe('drawings with a name that is none', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  beforeEach(() => void warn.mockClear())

  it('are one for each name and page, and the console is told once what is wrong, where, and what helps', async () => {
    const [a, b, same] = ['my boat', 'your boat', 'my boat'].map(canvas)
    for (const one of [a, b, same]) page.insert(one!)
    await page.settle()
    const [first, second, third] = [a, b, same].map((one) => page.shown(one!)?.get('drawing'))
    expect(first).toMatch(/^embed-[a-z0-9]+-n[a-z0-9]+-[a-z0-9]+$/)
    expect(second).not.toBe(first)
    expect(third).toBe(first)
    expect(warn).toHaveBeenCalledTimes(2)
    const [words, where] = warn.mock.calls[0] ?? []
    expect(words).toContain('on /post: drawing="my boat" is no name')
    expect(words).toContain(`called ${first}, on this page alone`)
    expect(words).toContain('Give it a name of up to 40 letters, digits, - and _')
    expect(where).toBe(a)
  })

  it('are other ones on another page', async () => {
    const [a, b] = [canvas('their boat'), canvas('their boat')]
    page.insert(a)
    await page.settle()
    page.location.pathname = '/post/2'
    page.insert(b)
    await page.settle()
    const [here, there] = [a, b].map((one) => page.shown(one)?.get('drawing'))
    expect(there).not.toBe(here)
  })

  it('that is empty are as those that nobody named', async () => {
    const a = canvas('')
    page.insert(a)
    await page.settle()
    expect(page.shown(a)?.get('drawing')).toMatch(/^embed-[a-z0-9]+-[0-9]+-[a-z0-9]+$/)
    expect(warn).not.toHaveBeenCalled()
  })
})
