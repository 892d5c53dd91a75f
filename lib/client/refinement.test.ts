import { describe, expect, it } from 'vitest'
import { DEFAULTS, settle } from './testing/fakes.ts'
import { paintedClient } from './testing/open-client.ts'
import type { OpenClient } from './testing/open-client.ts'

const modes = ({ world }: OpenClient) =>
  world.socket.frames().map((frame) => (frame.meta as { mode: string }).mode)

async function paintNewest({ world }: OpenClient): Promise<void> {
  for (const frame of world.socket.frames().slice(-1)) world.socket.paints(frame)
  await settle()
}

describe('the refinement pass', () => {
  it('comes once after the rest: larger, more steps, all else the same', async () => {
    const open = await paintedClient()
    const { world, client, drawing } = open
    await world.advance(699)
    await world.frame()
    expect(modes(open)).toEqual(['live'])
    await world.advance(1)
    await world.frame()
    expect(drawing.sizes.at(-1)).toEqual({ width: 512, height: 512 })
    expect(world.socket.frames().at(-1)).toMatchObject({
      paramsRev: 2,
      width: 512,
      height: 512,
      meta: { mode: 'refine' },
    })
    const params = { ...DEFAULTS, width: 512, height: 512, steps: 8 }
    expect(world.socket.texts('params').at(-1)).toEqual({ type: 'params', rev: 2, params, model: 'fake' })
    expect(client.store.getState()).toMatchObject({ activity: 'refining', refined: false, params: DEFAULTS })
    await paintNewest(open)
    expect(client.store.getState()).toMatchObject({ activity: 'up-to-date', refined: true })
    expect(client.lastFrame()).toMatchObject({ params, width: 512, meta: { mode: 'refine' } })
    await world.advance(20_000)
    await world.frame()
    expect(modes(open)).toEqual(['live', 'refine'])
  })

  it('that is larger than the server takes is told once, and not tried again for the same drawing (W1)', async () => {
    const sizes: number[] = []
    const open = await paintedClient({
      takeSnapshot: async ({ width, height }) => {
        sizes.push(width)
        const bytes = new Uint8Array(width > 256 ? 2 * 1024 * 1024 : 2)
        return { bytes, codec: 'png', width, height, hash: String(sizes.length), snapshotMs: 1 }
      },
    })
    const { world, client, draw } = open
    const rest = async () => {
      await world.advance(700)
      await world.frame()
      for (let i = 0; i < 20; i++) {
        await world.advance(50)
        await world.frame()
      }
    }
    await rest()
    expect(sizes).toEqual([256, 512])
    expect(client.store.getState().error?.code).toBe('message_too_large')
    expect(modes(open)).toEqual(['live'])
    draw()
    await world.frame()
    await paintNewest(open)
    await rest()
    expect(sizes).toEqual([256, 512, 256, 512])
  })

  it('is made once when it is asked for while it is on its way', async () => {
    const open = await paintedClient()
    const { world, client } = open
    await world.advance(700)
    await world.frame()
    expect(modes(open)).toEqual(['live', 'refine'])
    client.refine()
    await paintNewest(open)
    await world.advance(5_000)
    await world.frame()
    expect(modes(open)).toEqual(['live', 'refine'])
  })

  it('waits for the pen to rest and for the newest picture', async () => {
    const open = await paintedClient()
    const { world, draw } = open
    await world.advance(600)
    draw()
    await world.frame()
    await world.advance(5_000)
    await world.frame()
    expect(modes(open)).toEqual(['live', 'live'])
    await paintNewest(open)
    await world.advance(0)
    await world.frame()
    expect(modes(open)).toEqual(['live', 'live', 'refine'])
  })

  it('is no longer shown as refined once the next live picture is painted, with the live parameters again', async () => {
    const open = await paintedClient()
    const { world, client, draw } = open
    await world.advance(700)
    await world.frame()
    await paintNewest(open)
    draw()
    expect(client.store.getState().refined).toBe(true)
    await world.frame()
    await paintNewest(open)
    expect(client.store.getState().refined).toBe(false)
    expect(world.socket.texts('params').at(-1)).toMatchObject({ rev: 3, params: DEFAULTS })
  })

  it.each(['superseded', 'failed', 'late picture'] as const)(
    'is forgotten when the pen comes down (%s), and comes again after the next rest (F6)',
    async (end) => {
      const open = await paintedClient()
      const { world, client, draw } = open
      await world.advance(700)
      await world.frame()
      draw()
      await world.frame()
      expect(modes(open)).toEqual(['live', 'refine', 'live'])
      const [, refine, live] = world.socket.frames()
      if (!refine || !live) throw new Error('no frames')
      const gone = { seq: refine.seq, rev: 2 }
      if (end === 'superseded') world.socket.says({ type: 'superseded', ...gone, by: live.seq })
      else if (end === 'failed') {
        world.socket.says({ type: 'failed', ...gone, code: 'cancelled', message: '', retryable: true })
      } else world.socket.paints(refine)
      await settle()
      expect(client.store.getState().refined).toBe(false)
      world.socket.paints(live)
      await settle()
      await world.advance(700)
      await world.frame()
      expect(modes(open)).toEqual(['live', 'refine', 'live', 'refine'])
      expect(client.store.getState().error).toBeUndefined()
    },
  )

  it('that was taken away for another session comes again after another rest, not at once', async () => {
    const open = await paintedClient()
    const { world, client } = open
    await world.advance(700)
    await world.frame()
    const cancelled = { code: 'cancelled', message: 'gave way', retryable: true }
    world.socket.says({ type: 'failed', seq: 2, rev: 2, ...cancelled })
    await world.advance(699)
    await world.frame()
    expect(modes(open)).toEqual(['live', 'refine'])
    await world.advance(1)
    await world.frame()
    expect(modes(open)).toEqual(['live', 'refine', 'refine'])
    expect(client.store.getState().error).toBeUndefined()
  })

  it('is not sent when the pen comes down during its snapshot', async () => {
    const open = await paintedClient()
    const { world, drawing, draw } = open
    let release = (): void => undefined
    drawing.gate = new Promise((resolve) => {
      release = resolve
    })
    await world.advance(700)
    await world.frame()
    draw()
    release()
    await settle()
    await world.frame()
    expect(modes(open)).toEqual(['live', 'live'])
  })

  it('is skipped for a shape the model has no larger size of, when switched off, hidden or paused', async () => {
    const shape = await paintedClient({ params: { width: 256, height: 128 } })
    const off = await paintedClient({ autoRefine: false })
    const hidden = await paintedClient()
    await hidden.world.setHidden(true)
    const paused = await paintedClient()
    paused.client.setLive(false)
    for (const open of [shape, off, hidden, paused]) {
      await open.world.advance(5_000)
      await open.world.frame()
      expect(modes(open)).toEqual(['live'])
    }
    off.client.setAutoRefine(true)
    await off.world.advance(0)
    await off.world.frame()
    expect(modes(off)).toEqual(['live', 'refine'])
  })

  it('starts at once when asked, even while paused; a shape that cannot be refined stays as it is', async () => {
    const open = await paintedClient({ autoRefine: false })
    open.client.setLive(false)
    open.client.refine()
    await open.world.frame()
    expect(modes(open)).toEqual(['live', 'refine'])
    const other = await paintedClient({ params: { width: 256, height: 128 } })
    other.client.refine()
    await other.world.frame()
    expect(modes(other)).toEqual(['live'])
    expect(other.client.store.getState().error).toBeUndefined()
  })

  it('asked for while a live frame is under way, follows it directly', async () => {
    const open = await paintedClient({ autoRefine: false })
    open.draw()
    await open.world.frame()
    open.client.refine()
    await open.world.frame()
    expect(modes(open)).toEqual(['live', 'live'])
    await paintNewest(open)
    await open.world.frame()
    expect(modes(open)).toEqual(['live', 'live', 'refine'])
  })

  it('is not repeated when it failed for good', async () => {
    const open = await paintedClient()
    await open.world.advance(700)
    await open.world.frame()
    open.world.socket.says({ type: 'refused', seq: 2, rev: 2, code: 'image_too_large', message: 'too large' })
    await open.world.advance(20_000)
    await open.world.frame()
    expect(modes(open)).toEqual(['live', 'refine'])
  })
})
