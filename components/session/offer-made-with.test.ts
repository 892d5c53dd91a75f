import { afterEach, describe, expect, it } from 'vitest'
import { createStore } from 'zustand/vanilla'
import { MODEL } from '../../lib/client/testing/fakes.ts'
import { openClient } from '../../lib/client/testing/open-client.ts'
import { withParameters, withPngText } from '../../lib/protocol/png-parameters.ts'
import { notices } from './notices.ts'
import { offerMadeWith } from './offer-made-with.ts'

/** One black pixel. */
const PIXEL = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),
  (char) => char.charCodeAt(0),
)
const fileOf = (bytes: Uint8Array<ArrayBuffer>) => new File([bytes], 'a.png', { type: 'image/png' })
const texts = () => notices.getState().list.map(({ text }) => text)
const take = () => notices.getState().list[0]?.actions[0]?.run()

afterEach(() => notices.setState({ list: [] }))

function settled() {
  const { client, world } = openClient({ autoRefine: false })
  world.socket.welcomes()
  return { client, seed: createStore(() => ({ locked: true })) }
}

describe('a picture that is put onto the drawing', () => {
  it('gives its words and settings to who wants them, as the model takes them, and theirs are offered back', async () => {
    const session = settled()
    const infotext = 'a castle\nSteps: 30, Sampler: Euler a, CFG scale: 7, Seed: 99, Size: 512x512'
    const foreign = withPngText(PIXEL, [{ keyword: 'parameters', text: infotext }])
    await offerMadeWith(session, [new File(['x'], 'x.jpg', { type: 'image/jpeg' }), fileOf(foreign)])
    const { params: before } = session.client.store.getState()
    expect(before?.prompt).toBe(MODEL.defaults.prompt)
    take()
    const now = {
      ...before,
      prompt: 'a castle',
      steps: 8,
      guidanceScale: 7,
      seed: 99,
      width: 512,
      height: 512,
    }
    expect(session.client.store.getState().params).toEqual(now)
    expect(texts()).toEqual(["Words and settings are the picture's now"])
    take()
    expect(session.client.store.getState().params).toEqual(before)
  })

  it('is offered once, of however many; one that tells nothing is a photo and no more', async () => {
    const session = settled()
    const ours = fileOf(withParameters(PIXEL, MODEL.defaults, MODEL))
    await offerMadeWith(session, [ours, ours])
    expect(texts()).toEqual(['This picture tells how it was made'])
    notices.setState({ list: [] })
    const text = new File(['no picture'], 'b.png', { type: 'image/png' })
    await offerMadeWith(session, [fileOf(PIXEL), text, new File([], 'c.png', { type: 'image/png' })])
    expect(texts()).toEqual([])
  })
})
