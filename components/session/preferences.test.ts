import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Preferences } from './preferences.ts'

const KEY = 'sketchwire:preferences'
/** What the browser keeps, and the tabs that are told of a change, each but for the one that made it. */
const storage = new Map<string, string>()
let tabs: { readonly hears: () => void }[] = []
let writes = 0
const written = () => JSON.parse(storage.get(KEY) ?? '{}') as object

beforeEach(() => {
  vi.useFakeTimers()
  storage.clear()
  tabs = []
  writes = 0
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => storage.get(name) ?? null,
    setItem: (name: string, text: string) => {
      writes += 1
      storage.set(name, text)
    },
  })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** A page with modules, a window and a document of its own. */
async function tab() {
  const window = new EventTarget()
  const document = { documentElement: { dataset: {} as Record<string, string> } }
  const within = (act: () => void) => {
    vi.stubGlobal('window', window)
    vi.stubGlobal('document', document)
    act()
  }
  vi.resetModules()
  const { keepPreferences, preferences } = await import('./preferences.ts')
  let stop = () => {}
  within(() => (stop = keepPreferences()))
  const hears = () => within(() => window.dispatchEvent(Object.assign(new Event('storage'), { key: KEY })))
  const self = { hears }
  tabs.push(self)
  /** At once, as when the page is left; the other tabs are told of what is new. */
  const leaves = () => {
    const before = storage.get(KEY)
    within(() => window.dispatchEvent(new Event('pagehide')))
    if (storage.get(KEY) !== before) tabs.forEach((other) => other !== self && other.hears())
  }
  const sets = (change: Partial<Preferences>) => within(() => preferences.setState(change))
  return {
    sets,
    stop: () => within(stop),
    leaves,
    now: preferences.getState,
    theme: () => document.documentElement.dataset['theme'],
  }
}

it('a slider that is drawn along is written once it rests, where it rests', async () => {
  const { sets } = await tab()
  vi.advanceTimersByTime(1000)
  expect(writes).toBe(0)
  for (let lens = 0; lens <= 1; lens += 0.01) sets({ lens })
  sets({ lens: 0.5 })
  vi.advanceTimersByTime(1000)
  expect(writes).toBe(1)
  expect(written()).toMatchObject({ lens: 0.5 })
})

it('what was chosen last is written when the page goes, and when nobody keeps it any more', async () => {
  const { sets, stop, leaves, theme } = await tab()
  sets({ theme: 'dark' })
  expect(theme()).toBe('dark')
  leaves()
  expect(written()).toMatchObject({ theme: 'dark' })
  sets({ theme: 'light' })
  stop()
  expect(written()).toMatchObject({ theme: 'light' })
  sets({ theme: 'dark' })
  vi.advanceTimersByTime(1000)
  expect(written()).toMatchObject({ theme: 'light' })
})

it('two tabs take nothing back from each other, also where one was not told', async () => {
  const [first, second] = [await tab(), await tab()]
  tabs = []
  first.sets({ theme: 'dark', letterKeys: false })
  first.leaves()
  second.sets({ view: 'lens' })
  second.leaves()
  expect(written()).toMatchObject({ theme: 'dark', letterKeys: false, view: 'lens' })
  expect((await tab()).now()).toMatchObject({ theme: 'dark', view: 'lens' })
})

it('theme and letter keys go for all tabs, the view for the one where it was chosen and for the next', async () => {
  const [first, second] = [await tab(), await tab()]
  first.sets({ theme: 'dark', letterKeys: false, view: 'lens', live: false })
  first.leaves()
  expect(second.theme()).toBe('dark')
  expect(second.now()).toMatchObject({ letterKeys: false, view: 'side', live: true })
  expect((await tab()).now()).toMatchObject({ view: 'lens', live: false })
})

it('what was set here since is newer, and what was heard is not written again', async () => {
  const [first, second] = [await tab(), await tab()]
  second.sets({ theme: 'light' })
  first.sets({ theme: 'dark', letterKeys: false })
  first.leaves()
  expect(second.theme()).toBe('light')
  second.leaves()
  expect(first.theme()).toBe('light')
  expect(written()).toMatchObject({ theme: 'light', letterKeys: false })
  const before = writes
  vi.advanceTimersByTime(1000)
  expect(writes).toBe(before)
})
