import * as v from 'valibot'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { saveKey, savedKey } from './access.ts'
import { readSaved, writeSaved } from './saved.ts'
import { leaveUnsaved, readUnsaved } from './unsaved.ts'

/** A browser's storage that takes nothing while `isFull`. */
const storage = { isFull: true, texts: new Map<string, string>() }

beforeEach(() => {
  storage.isFull = true
  storage.texts.clear()
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => storage.texts.get(name) ?? null,
    setItem: (name: string, text: string) => {
      if (storage.isFull) throw new DOMException('The quota has been exceeded', 'QuotaExceededError')
      storage.texts.set(name, text)
    },
  })
})
afterEach(() => {
  storage.isFull = false
  for (const name of ['key', 'unsaved', 'word']) writeSaved(name, '')
  vi.unstubAllGlobals()
})

it('what storage refuses is remembered for the life of the page: a key, and a drawing that was left', () => {
  saveKey(' a-key ')
  expect(savedKey()).toBe('a-key')
  leaveUnsaved('boat', { strokes: 3 })
  expect(readUnsaved('boat', v.object({ strokes: v.number() }))).toEqual({ strokes: 3 })
  expect(storage.texts.size).toBe(0)
})

it('what was refused comes before what is stored, until storage takes it', () => {
  storage.isFull = false
  writeSaved('word', 'first')
  storage.isFull = true
  writeSaved('word', 'second')
  expect(readSaved('word', v.string())).toBe('second')
  storage.isFull = false
  writeSaved('word', 'third')
  storage.texts.set('sketchwire:word', '"of another tab"')
  expect(readSaved('word', v.string())).toBe('of another tab')
})

it('what was saved before is read where storage cannot be read at all', () => {
  vi.stubGlobal('localStorage', undefined)
  writeSaved('word', 'kept')
  expect(readSaved('word', v.string())).toBe('kept')
})
