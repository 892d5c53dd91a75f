import { describe, expect, it } from 'vitest'
import { MODEL } from '../../lib/client/testing/fakes.ts'
import { studioClient, type StudioClient } from './testing/studio-client.ts'

const isCurrent = ({ shown }: StudioClient) => shown.store.getState().current

/** With the refined picture on the screen, and Live off. */
async function paused() {
  const studio = await studioClient()
  studio.client.refine()
  await studio.paint()
  studio.client.setLive(false)
  return studio
}

describe('the picture on the screen', () => {
  it('is of the drawing as it is now until that changes, and again once it is painted', async () => {
    const studio = await studioClient()
    expect(isCurrent(studio)).toBe(true)
    studio.change(1)
    expect(isCurrent(studio)).toBe(false)
    await studio.paint()
    expect(isCurrent(studio)).toBe(true)
  })

  it('stays so under a refined one, and no longer when the refined one is of an earlier drawing', async () => {
    const studio = await paused()
    expect(studio.client.store.getState().refined).toBe(true)
    expect(isCurrent(studio)).toBe(true)
    studio.change(1)
    expect(studio.client.store.getState().refined).toBe(true)
    expect(isCurrent(studio)).toBe(false)
  })

  it('is not of words and settings that came since', async () => {
    const studio = await paused()
    studio.client.setParams({ prompt: 'night' })
    expect(isCurrent(studio)).toBe(false)
    studio.client.setParams({ prompt: MODEL.defaults.prompt })
    expect(isCurrent(studio)).toBe(true)
  })

  it('is of a drawing that was changed back, though nothing is sent for it', async () => {
    const studio = await studioClient()
    const sent = studio.socket().frames().length
    studio.change(1)
    studio.change(0)
    expect(isCurrent(studio)).toBe(false)
    await studio.world.frame()
    expect(studio.socket().frames()).toHaveLength(sent)
    expect(isCurrent(studio)).toBe(true)
  })

  it('is not of a change that came while it was painted', async () => {
    const studio = await studioClient()
    studio.change(1)
    await studio.world.frame()
    studio.change(2)
    for (const frame of studio.socket().frames().slice(-1)) studio.socket().paints(frame)
    await studio.world.advance(0)
    expect(studio.client.lastFrame()?.snapshot.bytes).toEqual(Uint8Array.of(1))
    expect(isCurrent(studio)).toBe(false)
  })

  it('is not one of the model of now when another one painted it', async () => {
    const studio = await studioClient()
    studio.socket().says({ type: 'model', model: { ...MODEL, id: 'twin' } })
    expect(isCurrent(studio)).toBe(false)
    await studio.paint()
    expect(isCurrent(studio)).toBe(true)
  })

  it('outlives a lost connection', async () => {
    const studio = await studioClient()
    studio.socket().drops()
    await studio.world.advance(0)
    expect(isCurrent(studio)).toBe(true)
    studio.change(1)
    expect(isCurrent(studio)).toBe(false)
  })
})
