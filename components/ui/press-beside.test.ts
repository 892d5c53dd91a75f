import { expect, it } from 'vitest'
import { PressBeside } from './press-beside.ts'

const dialog = new EventTarget()
const field = new EventTarget()
const on = (target: EventTarget) => ({ target, currentTarget: dialog })

it.each([
  ['begins and ends on the backdrop', dialog, dialog, true],
  ['begins in a field and ends on the backdrop', field, dialog, false],
  ['begins on the backdrop and ends in a field', dialog, field, false],
  ['stays within the dialog', field, field, false],
])('a press that %s', (_, from, to, isBeside) => {
  const press = new PressBeside()
  press.begin(on(from))
  expect(press.end(on(to))).toBe(isBeside)
})

it('no click is beside the dialog without a press of its own', () => {
  const press = new PressBeside()
  expect(press.end(on(dialog))).toBe(false)
  press.begin(on(dialog))
  press.end(on(dialog))
  expect(press.end(on(dialog))).toBe(false)
})
