import * as v from 'valibot'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

/** A browser's storage that takes so many characters. */
const storage = { room: 1000, texts: new Map<string, string>() }
const size = () => [...storage.texts].reduce((sum, [key, text]) => sum + key.length + text.length, 0)

beforeEach(() => {
  storage.room = 1000
  storage.texts.clear()
  vi.stubGlobal('localStorage', {
    get length() {
      return storage.texts.size
    },
    key: (at: number) => [...storage.texts.keys()][at] ?? null,
    getItem: (key: string) => storage.texts.get(key) ?? null,
    setItem: (key: string, text: string) => {
      const before = storage.texts.get(key)
      storage.texts.set(key, text)
      if (size() <= storage.room) return
      if (before === undefined) storage.texts.delete(key)
      else storage.texts.set(key, before)
      throw new DOMException('The quota has been exceeded', 'QuotaExceededError')
    },
    removeItem: (key: string) => storage.texts.delete(key),
  })
})
afterEach(() => vi.unstubAllGlobals())

/** A page that remembers nothing of those before it. */
async function page() {
  vi.resetModules()
  const { readUnsaved, ...unsaved } = await import('./unsaved.ts')
  const left = (...drawings: string[]) => drawings.map((drawing) => readUnsaved(drawing, v.string())?.length)
  return { ...unsaved, readUnsaved, left }
}

/** That so much was left. */
const text = (length: number) => 'x'.repeat(length)

describe('what is left of a drawing', () => {
  it('is remembered for the life of the page where storage refuses it', async () => {
    storage.room = 0
    const { leaveUnsaved, left } = await page()
    leaveUnsaved('boat', text(3))
    expect(left('boat')).toEqual([3])
    expect((await page()).left('boat')).toEqual([undefined])
  })

  it('makes room where IndexedDB has the drawing, and never where it has not', async () => {
    const { leaveUnsaved, left } = await page()
    leaveUnsaved('unkept', text(1), { unkept: true })
    for (let i = 0; i < 9; i++) leaveUnsaved(`kept-${i}`, text(i))
    expect(left('unkept', 'kept-8', 'kept-5', 'kept-4')).toEqual([1, 8, 5, undefined])
  })

  it('takes the place of as few of the oldest as will do, and of none that IndexedDB refused', async () => {
    const { leaveUnsaved } = await page()
    leaveUnsaved('unkept', text(100), { unkept: true })
    for (const drawing of ['a', 'b', 'c']) leaveUnsaved(drawing, text(180))
    leaveUnsaved('new', text(320))
    expect((await page()).left('unkept', 'a', 'b', 'c', 'new')).toEqual([100, undefined, undefined, 180, 320])
  })

  it('takes the place of none where it finds no room all the same', async () => {
    const { leaveUnsaved } = await page()
    for (const drawing of ['a', 'b']) leaveUnsaved(drawing, text(200))
    leaveUnsaved('large', text(2000))
    expect((await page()).left('a', 'b', 'large')).toEqual([200, 200, undefined])
  })

  it('is forgotten for good while storage is full', async () => {
    const { leaveUnsaved, forgetUnsaved } = await page()
    for (const drawing of ['a', 'b', 'c']) leaveUnsaved(drawing, text(200))
    leaveUnsaved('d', text(2000))
    forgetUnsaved('a')
    expect((await page()).left('a', 'b')).toEqual([undefined, 200])
  })

  it('is nothing rather than what was left before it, unless IndexedDB has nothing either', async () => {
    const { leaveUnsaved } = await page()
    for (const drawing of ['kept', 'unkept']) {
      const unkept = drawing === 'unkept'
      leaveUnsaved(drawing, text(10), { unkept })
      leaveUnsaved(drawing, text(2000), { unkept })
    }
    expect((await page()).left('kept', 'unkept')).toEqual([undefined, 10])
  })

  it('is known until storage takes it or it is opened, where this page alone remembers it', async () => {
    storage.room = 0
    const { leaveUnsaved, forgetUnsaved, holdsUnkept } = await page()
    leaveUnsaved('kept', text(1))
    expect(holdsUnkept()).toBe(false)
    leaveUnsaved('unkept', text(1), { unkept: true })
    expect(holdsUnkept()).toBe(true)
    storage.room = 1000
    expect(holdsUnkept()).toBe(false)
    leaveUnsaved('unkept', text(2000), { unkept: true })
    expect(holdsUnkept()).toBe(true)
    forgetUnsaved('unkept')
    expect(holdsUnkept()).toBe(false)
  })
})

it('what is left is later than what was left before it, whatever the clock says', async () => {
  const { leaveUnsaved } = await page()
  const now = vi.spyOn(Date, 'now').mockReturnValue(9)
  leaveUnsaved('a', text(1))
  now.mockReturnValue(5)
  leaveUnsaved('a', text(2))
  now.mockRestore()
  expect(JSON.parse(storage.texts.get('sketchwire:unsaved:a') ?? '')).toMatchObject({ leftAtMs: 10 })
})

it('what one canvas left is not for the other to forget', async () => {
  const { leaveUnsaved, forgetUnsaved, onPlain, left } = await page()
  leaveUnsaved('a', text(1), { unkept: true })
  leaveUnsaved(onPlain('a'), text(2), { unkept: true })
  expect(left('a', onPlain('a'))).toEqual([1, 2])
  forgetUnsaved('a')
  expect(left('a', onPlain('a'))).toEqual([undefined, 2])
})

describe('a page that closed a drawing, and wrote it', () => {
  it('forgets what it left, where IndexedDB took it', async () => {
    const { leaveUnsaved, forgetOnceWritten, left } = await page()
    leaveUnsaved('a', text(1))
    leaveUnsaved('b', text(1))
    leaveUnsaved('unkept', text(1), { unkept: true })
    for (const drawing of ['a', 'unkept']) forgetOnceWritten(drawing)()
    expect(left('a', 'b', 'unkept')).toEqual([undefined, 1, 1])
  })

  it('leaves what was left or claimed meanwhile', async () => {
    const { leaveUnsaved, claimUnsaved, forgetOnceWritten, left } = await page()
    leaveUnsaved('a', text(1))
    leaveUnsaved('b', text(1))
    const forget = ['a', 'b', 'c'].map(forgetOnceWritten)
    leaveUnsaved('a', text(2))
    claimUnsaved('b')
    leaveUnsaved('c', text(3))
    forget.forEach((one) => one())
    expect(left('a', 'b', 'c')).toEqual([2, 1, 3])
  })
})

it('what the version before left of all drawings under one name is read, and that name goes', async () => {
  const entries = [
    { drawing: 'a', value: text(1), unkept: false },
    { drawing: 'b', value: text(2), unkept: true },
    { drawing: 'c', value: text(3) },
    { drawing: 'c', value: { plain: 1 } },
  ]
  storage.texts.set('sketchwire:unsaved', JSON.stringify(entries))
  const { leaveUnsaved, forgetUnsaved, left, readUnsaved, onPlain } = await page()
  expect(left('a', 'b', 'c')).toEqual([1, 2, 3])
  expect(readUnsaved(onPlain('c'), v.unknown())).toEqual({ plain: 1 })
  expect(storage.texts.has('sketchwire:unsaved')).toBe(false)
  forgetUnsaved('a')
  leaveUnsaved('d', text(850))
  expect((await page()).left('a', 'b', 'c', 'd')).toEqual([undefined, 2, undefined, 850])
})
