import { describe, expect, it } from 'vitest'
import { FakeBitmap, FakeCanvas, settle } from './testing/fakes.ts'
import { paintedClient } from './testing/open-client.ts'
import type { OpenClient } from './testing/open-client.ts'

/** Draws, and lets the frame of it run for `ms`; returns the frame. */
async function runs({ world, draw }: OpenClient, ms: number) {
  draw()
  await world.frame()
  const frame = world.socket.frames().at(-1)
  if (!frame) throw new Error('nothing was sent')
  world.socket.says({ type: 'started', seq: frame.seq, rev: frame.paramsRev })
  await world.advance(ms)
  return frame
}

async function paint({ world }: OpenClient, frame: Awaited<ReturnType<typeof runs>>): Promise<void> {
  world.socket.paints(frame)
  await settle()
}

const asked = ({ world }: OpenClient) =>
  world.socket.texts('previews').map((message) => message['everySteps'])

/** A client on whose canvas one picture is; what it decodes is told apart by its width. */
async function watched() {
  const open = await paintedClient({ autoRefine: false })
  const canvas = new FakeCanvas()
  open.client.attach(canvas.element)
  open.world.decode = async (blob) => new FakeBitmap(1000 + (await blob.bytes())[0]!, 256)
  return { open, canvas }
}

describe('step previews', () => {
  it('are asked for once a picture takes longer than a second, and given up when pictures are fast again', async () => {
    const open = await paintedClient({ autoRefine: false })
    await paint(open, await runs(open, 600))
    expect(asked(open)).toEqual([])
    const slow = await runs(open, 1_000)
    expect(asked(open)).toEqual([1])
    await paint(open, slow)
    await paint(open, await runs(open, 900))
    expect(asked(open)).toEqual([1])
    await paint(open, await runs(open, 300))
    expect(asked(open)).toEqual([1, 0])
    open.client.dispose()
    await settle()
    expect(open.world.leftOver).toBe(0)
  })

  it('are asked for, too, where the next picture is begun before one has taken so long', async () => {
    const open = await paintedClient({ autoRefine: false })
    const older = await runs(open, 700)
    const newer = await runs(open, 400)
    expect(asked(open)).toEqual([1])
    await paint(open, older)
    await open.world.advance(700)
    await paint(open, newer)
    expect(asked(open)).toEqual([1])
    open.client.dispose()
    await settle()
    expect(open.world.leftOver).toBe(0)
  })

  it('lie over the last picture while the next one forms, which then takes their place', async () => {
    const { open, canvas } = await watched()
    const frame = await runs(open, 1_000)
    canvas.calls = []
    open.world.socket.previews(frame, 1)
    await settle()
    expect(open.client.store.getState()).toMatchObject({ forming: true, step: { step: 1, steps: 4 } })
    await open.world.advance(250)
    await open.world.frame()
    expect(canvas.calls.slice(-2)).toMatchObject([
      { alpha: 1, source: { width: 256 } },
      { alpha: 0.85, source: { width: 1001 } },
    ])
    await paint(open, frame)
    await open.world.advance(250)
    await open.world.frame()
    expect(canvas.calls.at(-1)).toMatchObject({ alpha: 1, source: { width: 1000 + frame.seq } })
    expect(open.client.store.getState().forming).toBe(false)
    expect(open.world.bitmaps.filter((bitmap) => !bitmap.closed)).toHaveLength(1)
  })

  it('go away when their frame fails, and the last picture is as it was', async () => {
    const { open, canvas } = await watched()
    const frame = await runs(open, 1_000)
    open.world.socket.previews(frame, 1)
    await settle()
    const { seq, paramsRev: rev } = frame
    const code = 'engine_timeout'
    open.world.socket.says({ type: 'failed', seq, rev, code, message: 'too slow', retryable: true })
    await settle()
    expect(canvas.calls.at(-1)).toMatchObject({ alpha: 1, source: { width: 256 } })
    expect(open.client.store.getState().forming).toBe(false)
  })

  it('of a refinement pass, or of a frame that has ended, are not painted', async () => {
    const { open } = await watched()
    open.client.refine()
    await open.world.frame()
    const refine = open.world.socket.frames().at(-1)
    if (!refine) throw new Error('nothing was sent')
    expect(refine.meta).toEqual({ mode: 'refine' })
    open.world.socket.previews(refine, 1)
    open.world.socket.previews({ ...refine, seq: 1 }, 3)
    await settle()
    expect(open.client.store.getState().forming).toBe(false)
  })
})
