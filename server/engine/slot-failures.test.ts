import { describe, expect, it } from 'vitest'
import { judge, type Circumstances, type Verdict } from './slot-failures.ts'
import type { SlotFailure } from './slot.ts'

const RUNNING: Circumstances = {
  isLoading: false,
  provider: 'cuda',
  slotProvider: 'cuda',
  isAnotherReady: false,
}
const CRASH: SlotFailure = {
  reason: 'SIGABRT',
  unusable: undefined,
  failedStarts: 0,
  isHang: false,
  measuring: undefined,
}
const unusable = (code: string) => ({ unusable: { code, message: 'x' }, failedStarts: 1 })

describe('the end of an engine process', () => {
  it.each<[string, Partial<SlotFailure>, Partial<Circumstances>, Verdict]>([
    ['while it painted', {}, {}, 'count'],
    ['while it painted where the engine runs no more', {}, { slotProvider: 'webgpu' }, 'start again'],
    ['for a job that took too long', { isHang: true }, {}, 'count as hang'],
    ['for one on a CPU', { isHang: true }, { provider: 'cpu', slotProvider: 'cpu' }, 'start again'],
    ['before it was ready', { failedStarts: 1 }, {}, 'count'],
    ['before it was ready, beside one that is', { failedStarts: 2 }, { isAnotherReady: true }, 'start again'],
    ['the third time', { failedStarts: 3 }, { isAnotherReady: true }, 'leave out'],
    ['for its model, which is gone', unusable('model_missing_file'), {}, 'start again'],
    ['for its model, which the device cannot open', unusable('model_unloadable'), {}, 'count'],
    ['in a call that was tried', { measuring: 8 }, {}, 'try less'],
    ['in a call that was tried at the start', { measuring: 2 }, { isLoading: true }, 'try less'],
    ['in a picture whose latents stayed', { measuring: 'latents' }, { isLoading: true }, 'try less'],
    ['at the start', { failedStarts: 2 }, { isLoading: true }, 'start again'],
    ['at the start, the third time', { failedStarts: 3 }, { isLoading: true }, 'next provider'],
    ['at the start for its device', unusable('provider_failed'), { isLoading: true }, 'next provider'],
    ['at the start for want of memory', unusable('out_of_memory'), { isLoading: true }, 'next provider'],
    ['at the start for its model', unusable('model_unexpected_io'), { isLoading: true }, 'give up'],
  ])('%s', (_, failure, now, verdict) => {
    expect(judge({ ...CRASH, ...failure }, { ...RUNNING, ...now })).toBe(verdict)
  })
})
