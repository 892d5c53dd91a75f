import { createTLStore, PageRecordType, type TLPageId, type TLStore } from 'tldraw'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { flushWhileHidden } from './hidden-flush.ts'

class Page extends EventTarget {
  hidden = false
  turn(hidden: boolean): void {
    this.hidden = hidden
    this.dispatchEvent(new Event('visibilitychange'))
  }
}

let page: Page
let store: TLStore
let timers: { run: () => void; ms: number }[]
const told = vi.fn()

beforeEach(() => {
  // Tests have no frames, so tldraw would tell of everything at once.
  vi.stubGlobal('__FORCE_RAF_IN_TESTS__', true)
  page = new Page()
  timers = []
  vi.stubGlobal('document', page)
  // A page that nobody sees: frames are asked for, and none comes.
  vi.stubGlobal('requestAnimationFrame', () => 1)
  vi.stubGlobal('cancelAnimationFrame', () => undefined)
  store = createTLStore()
  told.mockReset()
  store.listen(told, { source: 'remote' })
})
afterEach(() => void vi.unstubAllGlobals())

const clock = {
  setTimer: (run: () => void, ms: number) => {
    const timer = { run, ms }
    timers.push(timer)
    return () => void (timers = timers.filter((one) => one !== timer))
  },
}
const second = () => {
  const due = timers
  timers = []
  due.forEach(({ run }) => run())
}
const id: TLPageId = PageRecordType.createId('page')
/** As another tab does it. */
const drawThere = (name: string) =>
  store.mergeRemoteChanges(() =>
    store.put([PageRecordType.create({ id, name, index: 'a1' as never, meta: {} })]),
  )

it('what other tabs draw is told once a second while nobody sees the page, and is gathered no longer', () => {
  const stop = flushWhileHidden(store, clock)
  drawThere('first')
  expect(told).not.toHaveBeenCalled()
  page.turn(true)
  expect(told).toHaveBeenCalledTimes(1)
  for (let go = 0; go < 60; go++) drawThere(`again ${go}`)
  expect(timers.map(({ ms }) => ms)).toEqual([1000])
  second()
  expect(told).toHaveBeenCalledTimes(2)
  second()
  expect(told).toHaveBeenCalledTimes(2)
  expect(timers).toHaveLength(1)
  stop()
  expect(timers).toHaveLength(0)
})

it('a page that is seen tells in its frames, without a timer', () => {
  const stop = flushWhileHidden(store, clock)
  page.turn(true)
  page.turn(false)
  expect(timers).toHaveLength(0)
  drawThere('seen')
  expect(told).not.toHaveBeenCalled()
  stop()
  page.turn(true)
  expect(timers).toHaveLength(0)
})
