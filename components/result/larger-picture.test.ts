import { afterEach, describe, expect, it, vi } from 'vitest'
import { createStore } from 'zustand/vanilla'
import type { Activity, PaintedFrame } from '../../lib/client/types.ts'
import { MODEL, settle } from '../../lib/client/testing/fakes.ts'
import { openClient } from '../../lib/client/testing/open-client.ts'
import { exportedPicture } from '../embed/exported-picture.ts'
import { DrawingLooks } from '../session/drawing-looks.ts'
import { preferences } from '../session/preferences.ts'
import { ShownPicture } from '../session/shown-picture.ts'
import { NumberSurface, studioClient, type StudioClient } from '../session/testing/studio-client.ts'
import { awaitedSize, largerPicture, type Painting } from './larger-picture.ts'
import { waitingWords } from './picture-to-keep.ts'

/** As much of a client as a wait sees, its drawing at rest: what happens is told by `becomes` and `paints`. */
function watched() {
  const first: { activity: Activity; refined: boolean } = { activity: 'up-to-date', refined: false }
  const store = createStore(() => ({ ...first, model: MODEL, params: MODEL.defaults }))
  let last = {} as PaintedFrame
  const listeners = new Set<(frame: PaintedFrame) => void>()
  const refine = vi.fn()
  const onFrame = (listener: (frame: PaintedFrame) => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  const shown = { store: createStore(() => ({ current: true })), isCurrent: () => true }
  const client = { store, onFrame, refine, lastFrame: () => last }
  return {
    painting: { client, shown } as unknown as Painting,
    refine,
    listeners,
    becomes: (activity: Activity) => store.setState({ activity }),
    paints: (mode: 'live' | 'refine') => {
      last = { meta: { mode } } as unknown as PaintedFrame
      store.setState({ refined: mode === 'refine' })
      listeners.forEach((tell) => tell(last))
    },
  }
}

describe('largerPicture', () => {
  it('asks at once and takes the refined picture, not the live ones before it', async () => {
    const { painting, refine, paints, listeners } = watched()
    const taken = largerPicture(painting, { signal: new AbortController().signal, onNone: vi.fn() })
    expect(refine).toHaveBeenCalledTimes(1)
    paints('live')
    paints('refine')
    expect((await taken).meta.mode).toBe('refine')
    expect(listeners.size).toBe(0)
  })

  it('asks again for a pass that came to nothing, and says so when none comes at all', () => {
    const { painting, refine, becomes } = watched()
    const onNone = vi.fn()
    void largerPicture(painting, { signal: new AbortController().signal, onNone })
    for (let pass = 0; pass < 2; pass++) {
      becomes('refining')
      becomes('up-to-date')
    }
    expect(refine).toHaveBeenCalledTimes(3)
    expect(onNone).not.toHaveBeenCalled()
    becomes('refining')
    becomes('up-to-date')
    expect(refine).toHaveBeenCalledTimes(3)
    expect(onNone).toHaveBeenCalledOnce()
  })

  it('counts anew for every drawing, so that a long stroke never ends the wait', () => {
    const { painting, refine, becomes, paints } = watched()
    const onNone = vi.fn()
    void largerPicture(painting, { signal: new AbortController().signal, onNone })
    for (let stroke = 0; stroke < 10; stroke++) {
      becomes('generating')
      paints('live')
      becomes('up-to-date')
    }
    expect(refine).toHaveBeenCalledTimes(11)
    expect(onNone).not.toHaveBeenCalled()
  })

  it('leaves nothing behind when the wait is called off', () => {
    const { painting, refine, becomes, listeners } = watched()
    const wait = new AbortController()
    void largerPicture(painting, { signal: wait.signal, onNone: vi.fn() })
    wait.abort()
    becomes('refining')
    becomes('up-to-date')
    expect(refine).toHaveBeenCalledTimes(1)
    expect(listeners.size).toBe(0)
  })
})

const forGood = { signal: new AbortController().signal, onNone: () => undefined }

/** A refined picture stands. */
async function refined({ live }: { live: boolean }): Promise<StudioClient> {
  const studio = await studioClient()
  studio.client.refine()
  await studio.paint()
  expect(awaitedSize(studio)).toBeUndefined()
  preferences.setState({ live })
  studio.client.setLive(live)
  return studio
}
afterEach(() => preferences.setState({ live: true }))

describe('the best picture of the drawing as it is now', () => {
  it.each([true, false])('is not the refined one of an earlier drawing (Live: %s)', async (live) => {
    const studio = await refined({ live })
    studio.change(1)
    expect(awaitedSize(studio)).toEqual({ ...MODEL.defaults, width: 512, height: 512, steps: 8 })
    const taken = largerPicture(studio, forGood)
    await studio.paint()
    await studio.paint()
    const { meta, snapshot } = await taken
    expect([meta.mode, snapshot.bytes[0]]).toEqual(['refine', 1])
    expect(studio.client.store.getState().live).toBe(live)
  })

  it('is not one that was on its way when the drawing changed, with Live off', async () => {
    const studio = await refined({ live: false })
    studio.change(1)
    studio.client.refine()
    await studio.world.frame()
    studio.change(2)
    const taken = largerPicture(studio, forGood)
    for (let pass = 0; pass < 4; pass++) await studio.paint()
    expect((await taken).snapshot.bytes[0]).toBe(2)
  })

  it('is the one of the same size where there is no larger', async () => {
    const studio = await studioClient({ params: { width: 512, height: 512 } })
    expect(awaitedSize(studio)).toBeUndefined()
    studio.client.setLive(false)
    studio.client.setParams({ prompt: 'night' })
    expect(awaitedSize(studio)).toMatchObject({ width: 512, height: 512 })
    const taken = largerPicture(studio, forGood)
    await studio.paint()
    expect(await taken).toMatchObject({ params: { prompt: 'night' }, meta: { mode: 'live' } })
  })

  it('is what an embedding page gets that has just set another prompt', async () => {
    const studio = await refined({ live: true })
    studio.client.setParams({ prompt: 'night' })
    const exported = exportedPicture(studio)
    await studio.paint()
    await studio.paint()
    expect(await exported).toMatchObject({ params: { prompt: 'night' }, meta: { mode: 'refine' } })
  })
})

describe('an embedding page that asks before the first picture', () => {
  /** There is no larger one after it. */
  const params = { width: 512, height: 512 }
  const asked = async () => {
    const looks = new DrawingLooks(new NumberSurface().asSurface)
    const { client, world } = openClient({ takeSnapshot: looks.takeSnapshot, params })
    const exported = exportedPicture({ client, shown: new ShownPicture(client, looks) })
    await settle()
    return { world, client, exported }
  }

  it('gets that picture', async () => {
    const { world, exported } = await asked()
    world.socket.welcomes()
    await world.frame()
    for (const frame of world.socket.frames()) world.socket.paints(frame)
    expect(await exported).toMatchObject({ width: 512, meta: { mode: 'live' } })
  })

  it('hears at once when there is no way to one, and while it waits as soon as there is none', async () => {
    const { world, client, exported: waited } = await asked()
    const refused = vi.fn()
    waited.catch(refused)
    world.socket.drops()
    await settle()
    expect(refused).toHaveBeenCalledWith(expect.objectContaining({ code: 'not_found' }))
    const looks = new DrawingLooks(new NumberSurface().asSurface)
    const exported = exportedPicture({ client, shown: new ShownPicture(client, looks) })
    await expect(exported).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('waitingWords', () => {
  const wish = { size: { width: 512, height: 512 }, purpose: 'copy it' }
  const live = { status: { name: 'live' }, live: true, params: MODEL.defaults } as const

  it('say what is waited for, or what it waits on', () => {
    expect(waitingWords({ ...live, activity: 'refining' }, wish)).toBe('Refining to 512 × 512 to copy it')
    expect(waitingWords({ ...live, activity: 'generating' }, wish)).toContain('once the pen rests')
    const away = { ...live, status: { name: 'connecting', attempt: 2 }, activity: 'offline' } as const
    expect(waitingWords(away, wish)).toMatch(/^Not connected/)
    const size = { width: 256, height: 256 }
    expect(waitingWords({ ...live, activity: 'up-to-date' }, { ...wish, size })).toBe(
      'Painting 256 × 256 to copy it',
    )
  })
})
