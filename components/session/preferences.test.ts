import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { keepPreferences, preferences } from './preferences.ts'

const KEY = 'sketchwire:preferences'
const storage = new Map<string, string>()
let writes = 0
const written = () => JSON.parse(storage.get(KEY) ?? '{}') as { lens?: number; theme?: string }

beforeEach(() => {
  vi.useFakeTimers()
  storage.clear()
  writes = 0
  vi.stubGlobal('window', new EventTarget())
  vi.stubGlobal('document', { documentElement: { dataset: {} } })
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
  preferences.setState(preferences.getInitialState())
})

it('a slider that is drawn along is written once it rests, where it rests', () => {
  const stop = keepPreferences()
  vi.advanceTimersByTime(1000)
  writes = 0
  for (let lens = 0; lens <= 1; lens += 0.01) preferences.setState({ lens })
  preferences.setState({ lens: 0.5 })
  vi.advanceTimersByTime(1000)
  expect(writes).toBe(1)
  expect(written().lens).toBe(0.5)
  stop()
})

it('what was chosen last is written when the page goes, and when nobody keeps it any more', () => {
  const stop = keepPreferences()
  preferences.setState({ theme: 'dark' })
  expect(document.documentElement.dataset['theme']).toBe('dark')
  window.dispatchEvent(new Event('pagehide'))
  expect(written().theme).toBe('dark')
  preferences.setState({ theme: 'light' })
  stop()
  expect(written().theme).toBe('light')
  preferences.setState({ theme: 'dark' })
  vi.advanceTimersByTime(1000)
  expect(written().theme).toBe('light')
})
