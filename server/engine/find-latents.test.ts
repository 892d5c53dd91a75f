import { describe, expect, it } from 'vitest'
import { compareLatents, type Contest, type FoundLatents } from './find-latents.ts'
import type { Rehearsal } from './rehearsal.ts'

const picture = Uint8Array.from({ length: 300 }, (_, i) => (i * 7) % 256)
const other = picture.map((value) => 255 - value)

/** Pictures that take so many ms, by turns where there are several. */
function contest(
  hostMs: readonly number[],
  deviceMs: readonly number[],
  found: Rehearsal = async () => [picture],
) {
  let nowMs = 0
  const runs = { host: 0, device: 0 }
  const takes = (name: 'host' | 'device', ms: readonly number[], painted: Rehearsal): Rehearsal => {
    return async () => {
      nowMs += ms[runs[name]++ % ms.length] ?? 0
      return painted()
    }
  }
  const both: Contest = {
    host: takes('host', hostMs, async () => [picture]),
    device: takes('device', deviceMs, found),
    steps: 4,
    nowMs: () => nowMs,
  }
  return { both, runs }
}

function noGain(deviceMs: string): FoundLatents {
  const times = `4 steps: ${deviceMs} ms, and 50.0 ms where they come back`
  return { stay: false, reason: `latents come back after every step: on the device is no gain (${times})` }
}

describe('latents between steps', () => {
  it.each<[string, number[], number[], FoundLatents]>([
    [
      'stay where that is faster',
      [50],
      [45],
      {
        stay: true,
        reason:
          'latents stay on the device between steps (4 steps: 45.0 ms, and 50.0 ms where they come back)',
      },
    ],
    ['come back where it is not by three per cent', [50], [49], noGain('49.0')],
    ['are not misplaced by a hiccup', [50, 50, 400], [60, 60, 60, 20], noGain('60.0')],
  ])('%s', async (_, host, device, found) => {
    expect(await compareLatents(contest(host, device).both)).toEqual(found)
  })

  it('come back, untried, where a picture takes long', async () => {
    const { both, runs } = contest([1200], [800])
    expect(await compareLatents(both)).toEqual({
      stay: false,
      reason: 'latents come back after every step: a picture takes 1200 ms, and a wait next to nothing',
    })
    expect(runs).toEqual({ host: 1, device: 0 })
  })

  it('are timed for no longer than a start may take', async () => {
    const { both, runs } = contest([900], [800])
    await compareLatents(both)
    expect(runs).toEqual({ host: 6, device: 6 })
  })

  it.each<[string, Rehearsal]>([
    ['another one', async () => [other]],
    ['no picture', async () => [new Float32Array(300).fill(NaN)]],
  ])('come back where the picture is %s', async (_, found) => {
    const { stay, reason } = await compareLatents(contest([50], [10], found).both)
    expect([stay, reason]).toEqual([
      false,
      expect.stringMatching(
        /^latents come back after every step: on the device the picture was another one, off by/,
      ),
    ])
  })

  it('come back where they fail on the device, if that lives on', async () => {
    const failing: Rehearsal = () => Promise.reject(new Error('no such kernel'))
    expect(await compareLatents(contest([50], [10], failing).both)).toEqual({
      stay: false,
      reason: 'latents come back after every step: on the device a picture failed (no such kernel)',
    })
    const { both, runs } = contest([50], [10], failing)
    const dead: Rehearsal = () => (runs.device === 0 ? both.host() : Promise.reject(new Error('device lost')))
    await expect(compareLatents({ ...both, host: dead })).rejects.toThrow('device lost')
  })
})
