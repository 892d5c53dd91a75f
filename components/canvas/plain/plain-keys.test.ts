import { expect, it } from 'vitest'
import { commandOf } from './plain-keys.ts'

/** `Ctrl+Shift+z` as the browser tells it. */
function pressed(keys: string) {
  const parts = keys.split('+')
  const has = (name: string) => parts.includes(name)
  return commandOf({
    key: parts.at(-1) ?? '',
    ctrlKey: has('Ctrl'),
    metaKey: has('Meta'),
    altKey: has('Alt'),
    shiftKey: has('Shift'),
  })
}

it.each([
  ['d', 'draw'],
  ['E', 'eraser'],
  ['Ctrl+z', 'undo'],
  ['Meta+z', 'undo'],
  ['Ctrl+Shift+Z', 'redo'],
  ['Ctrl+y', 'redo'],
])('%s: %s', (keys, command) => {
  expect(pressed(keys)).toBe(command)
})

it.each(['Alt+d', 'Alt+e', 'Ctrl+Alt+z', 'Ctrl+d', 'Meta+e', 'x'])('%s is left to the browser', (keys) => {
  expect(pressed(keys)).toBeUndefined()
})
