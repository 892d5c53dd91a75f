import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createStore } from 'zustand/vanilla'
import { MODEL } from '../../lib/client/testing/fakes.ts'
import { openClient } from '../../lib/client/testing/open-client.ts'
import { KeptSettings } from './kept-settings.ts'
import { readSettings, recentDrawings } from './saved.ts'

const ID = 'boat'
const KEY = `sketchwire:drawing:${ID}`
/** What the browser keeps, and the windows of the tabs that are told of a change, but for the one that made it. */
const storage = new Map<string, string>()
let windows: EventTarget[] = []

beforeEach(() => {
  vi.useFakeTimers()
  storage.clear()
  windows = []
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => storage.get(name) ?? null,
    setItem: (name: string, text: string) => storage.set(name, text),
  })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** A tab that shows the drawing. */
function tab({ connected = true } = {}) {
  const window = new EventTarget()
  windows.push(window)
  vi.stubGlobal('window', window)
  const { params } = readSettings(ID)
  const { client, world } = openClient({ ...(params ? { params } : {}), autoRefine: false })
  if (connected) world.socket.welcomes()
  const seed = createStore(() => ({ locked: readSettings(ID).seedLocked }))
  const kept = new KeptSettings({ id: ID, client, seed })
  /** Does something that writes; the other tabs are told of it. */
  const writing = (act: () => void) => {
    const before = storage.get(KEY)
    act()
    if (storage.get(KEY) === before) return
    for (const other of windows)
      if (other !== window) other.dispatchEvent(Object.assign(new Event('storage'), { key: KEY }))
  }
  const later = () => writing(() => vi.advanceTimersByTime(500))
  /** At once, as when the page is left. */
  const writes = () => writing(() => window.dispatchEvent(new Event('pagehide')))
  return { client, seed, kept, later, writes, prompt: () => client.store.getState().params?.prompt }
}

describe('the settings of a drawing', () => {
  it('are kept with the server down: words before the first welcome, and the drawing is offered in the menu', () => {
    const { client, kept } = tab({ connected: false })
    client.setParams({ prompt: 'a boat' })
    kept.touched()
    kept.stop()
    expect(readSettings(ID)).toEqual({ params: { prompt: 'a boat' }, seedLocked: true })
    expect(recentDrawings()).toMatchObject([{ id: ID, prompt: 'a boat' }])
    expect(tab({ connected: false }).client.store.getState().given).toEqual({ prompt: 'a boat' })
  })

  it('of a saved drawing outlive strokes that are drawn offline', () => {
    const first = tab()
    first.client.setParams({ prompt: 'a boat', strength: 0.5 })
    first.kept.stop()
    const second = tab({ connected: false })
    second.kept.touched()
    second.kept.stop()
    expect(readSettings(ID).params).toEqual({ ...MODEL.defaults, prompt: 'a boat', strength: 0.5 })
    expect(recentDrawings()).toMatchObject([{ prompt: 'a boat' }])
  })

  it('of a drawing that nobody touched leave no trace, whatever the first welcome fills in', () => {
    tab().kept.stop()
    expect(storage.size).toBe(0)
  })
})

it('a drawing that is drawn on asks for the list of all drawings once in ten seconds, and heads it', () => {
  const { kept } = tab()
  const read = vi.spyOn(localStorage, 'getItem')
  const asked = () => read.mock.calls.filter(([name]) => name === 'sketchwire:recent').length
  for (let i = 0; i < 20; i++) {
    kept.touched()
    vi.advanceTimersByTime(500)
  }
  expect(asked()).toBe(1)
  const before = recentDrawings()[0]?.atMs ?? 0
  kept.touched()
  vi.advanceTimersByTime(500)
  expect(recentDrawings()[0]?.atMs).toBeGreaterThan(before)
})

it('new words are in the list of all drawings at once', () => {
  const { client, kept, later } = tab()
  kept.touched()
  later()
  client.setParams({ prompt: 'a boat' })
  later()
  expect(recentDrawings()).toMatchObject([{ id: ID, prompt: 'a boat' }])
})

describe('two tabs of one drawing', () => {
  it('have the settings of the one where they were set last, and a stroke takes none back', () => {
    const [first, second] = [tab(), tab()]
    first.client.setParams({ prompt: 'night' })
    first.seed.setState({ locked: false })
    first.later()
    expect(second.prompt()).toBe('night')
    expect(second.seed.getState().locked).toBe(false)
    second.kept.touched()
    second.later()
    expect(readSettings(ID).params?.prompt).toBe('night')
    expect(first.prompt()).toBe('night')
  })

  it('do not write what a stroke alone has touched, also where a tab was not told', () => {
    const [first, second] = [tab(), tab()]
    windows = []
    first.client.setParams({ prompt: 'night' })
    first.later()
    second.kept.touched()
    second.later()
    expect(readSettings(ID).params?.prompt).toBe('night')
  })

  it('each keep what was set in them since, and their own unlocked seed', () => {
    const [first, second] = [tab(), tab()]
    first.seed.setState({ locked: false })
    first.later()
    first.client.setParams({ prompt: 'night', seed: 5 })
    second.client.setParams({ strength: 0.5, seed: 9 })
    first.writes()
    second.writes()
    const settings = { prompt: 'night', strength: 0.5 }
    expect(readSettings(ID).params).toMatchObject({ ...settings, seed: 9 })
    expect(second.client.store.getState().params).toMatchObject({ ...settings, seed: 9 })
    expect(first.client.store.getState().params).toMatchObject({ ...settings, seed: 5 })
  })
})
