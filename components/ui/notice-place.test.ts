import { expect, it } from 'vitest'
import { noticePlace, takeNotices } from './notice-place.ts'

const now = () => noticePlace.getState().inDialogs.at(-1)
const place = () => ({}) as Element

it('notices are in the dialog that was opened last, whichever is closed first, and then on the page again', () => {
  const [help, key] = [place(), place()]
  expect(now()).toBeUndefined()
  const closeHelp = takeNotices(help)
  const closeKey = takeNotices(key)
  expect(now()).toBe(key)
  closeKey()
  expect(now()).toBe(help)
  const closeAgain = takeNotices(key)
  closeHelp()
  expect(now()).toBe(key)
  closeAgain()
  expect(now()).toBeUndefined()
})
