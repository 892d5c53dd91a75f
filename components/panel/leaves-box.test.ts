import { expect, it } from 'vitest'
import { leavesBox } from './leaves-box.ts'

const enter = { key: 'Enter', shiftKey: false, isComposing: false, keyCode: 13 }

it('Enter and Escape say that the words are done, and a new line does not', () => {
  expect(leavesBox(enter)).toBe(true)
  expect(leavesBox({ ...enter, key: 'Escape', keyCode: 27 })).toBe(true)
  expect(leavesBox({ ...enter, shiftKey: true })).toBe(false)
  expect(leavesBox({ ...enter, key: 'a', keyCode: 65 })).toBe(false)
})

it('the Enter that takes the word of an input method does not, nor the one that Safari tells of too late', () => {
  expect(leavesBox({ ...enter, isComposing: true })).toBe(false)
  expect(leavesBox({ ...enter, keyCode: 229 })).toBe(false)
})

it('reads an event of the browser, whose fields are not its own', () => {
  expect(leavesBox(Object.create({ ...enter, isComposing: true }))).toBe(false)
})
