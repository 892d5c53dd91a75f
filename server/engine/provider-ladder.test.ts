import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../lib/std/testing/fake-clock.ts'
import { probed, type Objection } from './provider-choice.ts'
import { ProviderLadder } from './provider-ladder.ts'
import type { ProviderName } from './providers.ts'

const next = (['webgpu', 'cpu'] as ProviderName[]).map((provider) => ({ provider, lacks: undefined }))
const choice = { provider: 'cuda', reason: 'fast', what: 'fast', next }

const ladderOf = (clock = new FakeClock(), objectionTo: Objection = async () => undefined) =>
  new ProviderLadder(choice, clock, objectionTo)

describe('when to step down', () => {
  it('is after three failures in a minute, not before', () => {
    const clock = new FakeClock()
    const ladder = ladderOf(clock)
    expect(ladder.failed()).toBeUndefined()
    ladder.worked()
    clock.advance(61_000)
    expect([ladder.failed(), ladder.failed()]).toEqual([undefined, undefined])
    expect(ladder.failed()).toBe('failed 3 times in a minute')
  })

  it('is after three in a row without a job done between, however long they take', async () => {
    const clock = new FakeClock()
    const ladder = ladderOf(clock)
    const after = (ms: number, isHang = false) => {
      clock.advance(ms)
      return ladder.failed({ isHang })
    }
    expect([after(0), after(300_000)]).toEqual([undefined, undefined])
    ladder.worked()
    const inRow = [undefined, undefined, 'failed 3 times in a row']
    expect([after(300_000), after(300_000), after(300_000)]).toEqual(inRow)
    await ladder.fall({ what: 'failed', why: 'hangs' })
    expect([after(0, true), after(60_000, true), after(60_000, true)]).toEqual(inRow)
  })

  it('is not when jobs are slow now and then', () => {
    const ladder = ladderOf()
    for (let i = 0; i < 10; i++) {
      expect(ladder.failed({ isHang: true })).toBeUndefined()
      ladder.worked()
    }
  })
})

describe('what is stepped down to', () => {
  it('is the next one, of which failures are counted anew', async () => {
    const ladder = ladderOf()
    for (let i = 0; i < 3; i++) ladder.failed()
    expect(ladder.notice).toBeUndefined()
    expect(await ladder.fall({ what: 'failed 3 times in a minute', why: 'device lost' })).toBe(true)
    expect(ladder.provider).toBe('webgpu')
    expect(ladder.notice).toBe('Running on webgpu since cuda failed 3 times in a minute')
    expect(ladder.reason).toBe(`${ladder.notice}: device lost`)
    expect(ladder.what).toBe(ladder.notice)
    expect([ladder.failed(), ladder.failed()]).toEqual([undefined, undefined])
    expect(await ladder.fall({ what: 'failed', why: 'again' })).toBe(true)
    expect([ladder.provider, await ladder.fall({ what: 'failed', why: 'again' })]).toEqual(['cpu', false])
  })

  it('is not searched for at every failure after there was none', async () => {
    const ladder = ladderOf()
    const fail = () => ladder.failed()
    while (await ladder.fall({ what: 'failed', why: 'again' }));
    expect([fail(), fail(), fail()]).toEqual([undefined, undefined, 'failed 3 times in a minute'])
    expect(await ladder.fall({ what: 'failed', why: 'again' })).toBe(false)
    expect([fail(), fail()]).toEqual([undefined, undefined])
  })

  it.each([
    ['does not work', { problem: '/dev/x: no adapter' }, 'webgpu: it failed when it was tried'],
    [
      'is a software driver',
      { problem: undefined, slow: 'slower than the CPU' },
      'webgpu: slower than the CPU',
    ],
  ])('is probed first, and is not one that %s', async (_, found, what) => {
    const asked: string[] = []
    const ladder = ladderOf(
      new FakeClock(),
      probed(async (provider, againstCpu) => {
        asked.push(`${provider} ${againstCpu}`)
        return found
      }),
    )
    expect(asked).toEqual([])
    expect(await ladder.fall({ what: 'failed', why: 'device lost' })).toBe(true)
    expect([ladder.provider, asked]).toEqual(['cpu', ['webgpu true']])
    expect(ladder.notice).toBe('Running on cpu since cuda failed')
    expect(ladder.what).toContain(`Running on cpu since cuda failed; ${what}`)
    // Drivers' words may hold paths: they are for the log (SPEC E2).
    expect([ladder.what, ladder.notice].join()).not.toContain('/dev')
    expect(ladder.reason).toContain(`device lost; webgpu: ${found.problem ?? found.slow}`)
  })

  it('is nothing that cannot take over, which is asked again the next time', async () => {
    let isFull = true
    const ladder = ladderOf(new FakeClock(), async ({ provider }) => {
      const words = `${provider} is full`
      return provider === 'webgpu' || isFull ? { why: words, what: words } : undefined
    })
    const fault = { what: 'failed', why: 'x' }
    expect(await ladder.fall(fault)).toBe(false)
    expect([ladder.provider, ladder.refused?.why]).toEqual(['cuda', 'webgpu is full; cpu is full'])
    isFull = false
    expect(await ladder.fall(fault)).toBe(true)
    expect([ladder.provider, ladder.refused?.why]).toEqual(['cpu', 'webgpu is full'])
  })
})
