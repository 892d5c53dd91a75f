import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { drawingNameFor } from '../../lib/embed/drawing-name.ts'
import { writeSettings } from '../session/saved.ts'
import { keptName } from './kept-name.ts'

const host = 'https://blog.example.org'
const earlier = drawingNameFor('/post', '0')
const drawing = drawingNameFor('/post', '0', host)

beforeEach(() => {
  const texts = new Map<string, string>()
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => texts.get(name) ?? null,
    setItem: (name: string, text: string) => void texts.set(name, text),
  })
})
afterEach(() => void vi.unstubAllGlobals())

it('is that of the page and its origin', () => {
  expect(keptName({ drawing, host })).toBe(drawing)
  expect(keptName({ drawing: 'mine', host })).toBe('mine')
  expect(keptName({ drawing: undefined, host: undefined })).toBe('embed')
})

it('is the one from before origins were told apart, where something was drawn then and nothing since', () => {
  writeSettings(earlier, { seedLocked: true })
  expect(keptName({ drawing, host })).toBe(earlier)
  expect(keptName({ drawing: drawingNameFor('/other', '0', host), host })).not.toBe(earlier)
  expect(keptName({ drawing: 'mine', host })).toBe('mine')
  writeSettings(drawing, { seedLocked: true })
  expect(keptName({ drawing, host })).toBe(drawing)
})
