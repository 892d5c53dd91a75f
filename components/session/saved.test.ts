import * as v from 'valibot'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { saveKey, savedKey } from './access.ts'
import {
  forgetDrawing,
  hasSettings,
  readSaved,
  recentDrawings,
  rememberDrawing,
  writeSaved,
  writeSettings,
} from './saved.ts'

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
    removeItem: (name: string) => storage.texts.delete(name),
  })
})
afterEach(() => {
  storage.isFull = false
  for (const name of ['key', 'word', 'recent']) writeSaved(name, '')
  vi.unstubAllGlobals()
})

it('a key that storage refuses is remembered for the life of the page', () => {
  saveKey(' a-key ')
  expect(savedKey()).toBe('a-key')
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

describe('the list of drawings', () => {
  const names = () => recentDrawings().map(({ id }) => id)
  beforeEach(() => void (storage.isFull = false))

  it('has all of them, the last one first, with the beginning of its words', () => {
    for (let i = 0; i < 100; i++) rememberDrawing({ id: `d${i}`, atMs: i, prompt: 'sea '.repeat(99) })
    rememberDrawing({ id: 'd7', atMs: 200, prompt: 'boat' })
    expect(names()).toHaveLength(100)
    expect(names().slice(0, 2)).toEqual(['d7', 'd99'])
    expect(recentDrawings()[1]?.prompt).toHaveLength(120)
    rememberDrawing({ id: 'd8', atMs: 201, prompt: `${'s'.repeat(119)}🎨 and more` })
    expect(recentDrawings()[0]?.prompt).toBe(`${'s'.repeat(119)}🎨`)
  })

  it('has none of those that other pages embed, an earlier list neither', () => {
    const embedded = { id: 'embed-1xyz-0', atMs: 1, prompt: '' }
    writeSaved('recent', [embedded, { id: 'mine', atMs: 1, prompt: '' }])
    rememberDrawing({ ...embedded, id: 'embed' })
    expect(names()).toEqual(['mine'])
    expect(storage.texts.get('sketchwire:recent')).not.toContain('"embed"')
  })

  it('is not written anew for every stroke of one drawing', () => {
    rememberDrawing({ id: 'a', atMs: 0, prompt: 'sea' })
    rememberDrawing({ id: 'a', atMs: 9_000, prompt: 'sea' })
    expect(recentDrawings()).toEqual([{ id: 'a', atMs: 0, prompt: 'sea' }])
    rememberDrawing({ id: 'a', atMs: 9_500, prompt: 'boat' })
    rememberDrawing({ id: 'a', atMs: 20_000, prompt: 'boat' })
    expect(recentDrawings()).toEqual([{ id: 'a', atMs: 20_000, prompt: 'boat' }])
  })

  it('loses one that is forgotten, with its settings', () => {
    for (const id of ['a', 'b']) {
      rememberDrawing({ id, atMs: 0, prompt: '' })
      writeSettings(id, { params: {}, seedLocked: true })
    }
    forgetDrawing('a')
    expect(names()).toEqual(['b'])
    expect([hasSettings('a'), hasSettings('b')]).toEqual([false, true])
  })
})
