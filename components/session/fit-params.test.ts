import { describe, expect, it } from 'vitest'
import { MODEL } from '../../lib/client/testing/fakes.ts'
import type { ModelInfo } from '../../lib/protocol/params.ts'
import { checkParams } from '../../lib/protocol/param-limits.ts'
import type { DrawParams } from '../../lib/protocol/params.ts'
import { answerCall } from '../embed/embed-calls.ts'
import { restorePin } from '../result/restore-pin.ts'
import { bringDrawing } from './bring-drawing.ts'
import type { Session } from './session.ts'
import { writeDrawingFile } from './drawing-file.ts'

const content = { plain: 1 as const, items: [] }
/** Made for a model of 30 steps and large pictures. */
const params: DrawParams = {
  ...MODEL.defaults,
  prompt: 'a boat',
  seed: 7,
  steps: 30,
  guidanceScale: 30,
  width: 1024,
  height: 1024,
}

/** What a session is asked to do under `model`. */
function session(model: ModelInfo | undefined) {
  const set: Partial<DrawParams>[] = []
  const client = {
    store: { getState: () => ({ model, given: {} }) },
    setParams: (patch: DrawParams) => set.push(patch),
  }
  const told: string[] = []
  const surface = { replace: async () => void told.push('replace') }
  const rolls = { spareNext: (brought: boolean) => told.push(`spare ${brought}`) }
  const changed = () => told.push('changed')
  const befores = { hold: () => () => undefined }
  const seed = { getState: () => ({ locked: true }) }
  const pins = { content: async () => content }
  const parts = { client, surface, rolls, changed, befores, seed, pins }
  return { set, told, session: parts as unknown as Session }
}

describe('settings that were made for another model', () => {
  it.each([
    ['a pin', (to: Session) => restorePin(to, { id: 'pin', params })],
    [
      "the page's drawing",
      async (to: Session) => {
        const drawing = await writeDrawingFile({ params, content }).text()
        await answerCall({ sketchwire: 1, id: 1, type: 'loadDrawing', drawing }, to)
      },
    ],
  ])('come back with %s as near as the model of now takes them', async (_, bring) => {
    const { set, session: now } = session(MODEL)
    await bring(now)
    const [fitted] = set as DrawParams[]
    expect(fitted && checkParams(fitted, MODEL)).toBeUndefined()
    expect(fitted).toMatchObject({ prompt: 'a boat', seed: 7, steps: MODEL.limits.steps[1] })
    expect(MODEL.sizes).toContainEqual({ width: fitted?.width, height: fitted?.height })
  })

  it('leave as it is what they say nothing of', async () => {
    const { set, session: now } = session(MODEL)
    await bringDrawing(now, { content, params: { prompt: 'a boat' } })
    expect(set).toEqual([{ ...MODEL.defaults, prompt: 'a boat' }])
  })

  it('wait as they are for a model that is not known yet', async () => {
    const { set, session: now } = session(undefined)
    await restorePin(now, { id: 'pin', params })
    expect(set).toEqual([params])
  })
})

describe('a drawing that is brought', () => {
  it('rolls no seed, and is known to be another one before the canvas says so', async () => {
    const { told, session: now } = session(MODEL)
    await bringDrawing(now, { content, params })
    expect(told).toEqual(['spare true', 'replace', 'changed'])
  })

  it('that the canvas cannot show leaves the seed to the next stroke', async () => {
    const { told, session: now } = session(MODEL)
    Object.assign(now.surface, { replace: () => Promise.reject(new Error('of another editor')) })
    await expect(bringDrawing(now, { content, params })).rejects.toThrow('of another editor')
    expect(told).toEqual(['spare true', 'spare false'])
  })
})
