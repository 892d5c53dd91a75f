import { resolveObjectURL } from 'node:buffer'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { saveFile } from './save-file.ts'

class FakeLink {
  href = ''
  download = ''
  hidden = false
  remove = () => void inDocument.delete(this)
  click = () => void clicked.push({ ...this, isInDocument: inDocument.has(this) })
}

const inDocument = new Set<FakeLink>()
let clicked: { href: string; download: string; isInDocument: boolean }[]

beforeEach(() => {
  clicked = []
  vi.useFakeTimers()
  const body = { append: (link: FakeLink) => inDocument.add(link) }
  vi.stubGlobal('document', { createElement: () => new FakeLink(), body })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('follows a link that is in the document, and leaves none there', () => {
  saveFile(new Blob(['{}']), 'boat.json')
  expect(clicked).toMatchObject([{ download: 'boat.json', isInDocument: true }])
  expect(inDocument.size).toBe(0)
})

it('holds the file for browsers that read it some time after the click, and not for ever', () => {
  saveFile(new Blob(['{}']), 'boat.json')
  const url = clicked[0]?.href ?? ''
  vi.advanceTimersByTime(30_000)
  expect(resolveObjectURL(url)?.size).toBe(2)
  vi.advanceTimersByTime(60_000)
  expect(resolveObjectURL(url)).toBeUndefined()
  expect(vi.getTimerCount()).toBe(0)
})
