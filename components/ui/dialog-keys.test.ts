import { expect, it, vi } from 'vitest'
import { keepKeys } from './dialog-keys.ts'

it('keys and clipboard go no further than an open dialog, until it is closed or gone', () => {
  const page = new EventTarget()
  const dialog = { open: true }
  const stop = keepKeys(dialog, page)
  const goesOn = (type: string) => {
    const event = new Event(type, { cancelable: true })
    const stopped = vi.spyOn(event, 'stopPropagation')
    page.dispatchEvent(event)
    expect(event.defaultPrevented).toBe(false)
    return stopped.mock.calls.length === 0
  }
  for (const type of ['keydown', 'copy', 'cut', 'paste']) expect(goesOn(type)).toBe(false)
  expect(goesOn('keyup')).toBe(true)
  dialog.open = false
  expect(goesOn('keydown')).toBe(true)
  dialog.open = true
  stop()
  expect(goesOn('keydown')).toBe(true)
})
