import { describe, expect, it } from 'vitest'
import { checkJob } from './check-job.ts'
import type { Job } from './engine.ts'
import { FAKE_MODEL } from './fake-engine.ts'

const JOB: Job = {
  ...FAKE_MODEL.defaults,
  image: Uint8Array.of(1),
  strength: 0.5,
  mode: 'live',
  output: { codec: 'png', quality: 90 },
  previews: [],
}
/** Keeps close to its sketches: at 0.1 five of its 50 origin steps are left. */
const CLOSE = { ...FAKE_MODEL, limits: { ...FAKE_MODEL.limits, strength: [0.02, 0.1] as [number, number] } }

describe('a model whose strength ends below 1', () => {
  it('holds sketches to it', () => {
    expect(() => checkJob(JOB, CLOSE)).toThrow(
      'strength 0.5 is outside what this model takes; use 0.02 to 0.1',
    )
    expect(() => checkJob({ ...JOB, strength: 0.1, steps: 8 }, CLOSE)).toThrow(
      /strength 0.1 leaves fewer than 8/,
    )
  })

  it('paints from the words alone with all of its steps, whatever strength came with them', () => {
    for (const strength of [0, 0.1, 1])
      expect(() => checkJob({ ...JOB, image: undefined, strength, steps: 8 }, CLOSE)).not.toThrow()
    expect(() => checkJob({ ...JOB, image: undefined, steps: 9 }, CLOSE)).toThrow(/steps 9 is outside/)
  })
})
