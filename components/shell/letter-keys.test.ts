import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { preferences } from '../session/preferences.ts'
import { keepLetterKeys } from './letter-keys.ts'

// Node has none.
class Element extends EventTarget {}

beforeEach(() => {
  vi.stubGlobal('HTMLElement', Element)
})
afterEach(() => {
  vi.unstubAllGlobals()
  preferences.setState(preferences.getInitialState())
})

/** Whether a key reaches who listens on the page. */
function reaches(
  key: string,
  held: { ctrlKey?: boolean; metaKey?: boolean; altKey?: boolean } = {},
): boolean {
  const page = new EventTarget()
  const stop = keepLetterKeys(page as Window)
  const event = new Event('keydown')
  let isStopped = false
  const none = { ctrlKey: false, metaKey: false, altKey: false }
  Object.assign(event, { key, ...none, ...held, stopPropagation: () => (isStopped = true) })
  page.dispatchEvent(event)
  stop()
  return !isStopped
}

it.each(['p', 'P', '4', '/', '?', '['])('%s is heard until keys of one letter are turned off', (key) => {
  expect(reaches(key)).toBe(true)
  preferences.setState({ letterKeys: false })
  expect(reaches(key)).toBe(false)
})

it('keys that are held together, and those that are no letters, are heard all the same', () => {
  preferences.setState({ letterKeys: false })
  for (const held of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }])
    expect(reaches('z', held)).toBe(true)
  for (const key of [' ', 'Enter', 'Escape', 'Delete', 'ArrowLeft', 'Tab']) expect(reaches(key)).toBe(true)
})
