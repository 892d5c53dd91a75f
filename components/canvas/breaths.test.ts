import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Breaths } from './breaths.ts'

let nowMs = 0
let tasks = 0
beforeEach(() => {
  nowMs = 0
  tasks = 0
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
  const Channel = MessageChannel
  vi.stubGlobal('MessageChannel', function channel() {
    tasks += 1
    return new Channel()
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

it('a task passes after eight milliseconds of work, and then after eight more', async () => {
  vi.stubGlobal('document', { hidden: false })
  const breaths = new Breaths()
  const passed = []
  for (nowMs = 0; nowMs < 32; nowMs += 4) {
    const before = tasks
    await breaths.take()
    passed.push(tasks - before)
  }
  expect(passed).toEqual([0, 0, 1, 0, 1, 0, 1, 0])
})

it('out of sight the work is done in one go', async () => {
  vi.stubGlobal('document', { hidden: true })
  const breaths = new Breaths()
  nowMs = 1000
  await breaths.take()
  expect(tasks).toBe(0)
})
