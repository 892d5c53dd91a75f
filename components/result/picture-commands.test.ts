import { describe, expect, it, vi } from 'vitest'
import { settle } from '../../lib/client/testing/fakes.ts'
import { openClient } from '../../lib/client/testing/open-client.ts'
import type { PaintedFrame, Snapshot } from '../../lib/client/types.ts'
import type { DrawingContent } from '../canvas/drawing-surface.ts'
import { PlainSurface } from '../canvas/plain/plain-surface.ts'
import { DrawingLooks } from '../session/drawing-looks.ts'
import type { Session } from '../session/session.ts'
import { ShownPicture } from '../session/shown-picture.ts'
import { pictureCommands } from './picture-commands.ts'

interface Pinned {
  readonly frame: PaintedFrame
  readonly content: DrawingContent
}

/** A page with a plain canvas; each stroke is a dot at its number. */
async function opened() {
  const surface = new PlainSurface({ size: { width: 256, height: 256 }, start: 'blank' })
  surface.store.setState({ ready: true })
  const takeSnapshot = async (size: { width: number; height: number }): Promise<Snapshot> => {
    const hash = `${size.width}:${JSON.stringify(surface.items)}`
    return { bytes: Uint8Array.of(0), codec: 'jpeg', ...size, hash, snapshotMs: 1 }
  }
  Object.assign(surface, { takeSnapshot })
  const looks = new DrawingLooks(surface)
  const { client, world } = openClient({ takeSnapshot: looks.takeSnapshot, autoRefine: false })
  const stroke = (at: number) => {
    surface.penDown([at, 0, 0.5])
    surface.penUp()
    looks.changed()
    client.markDirty()
  }
  const paint = async () => {
    await world.frame()
    for (const frame of world.socket.frames().slice(-1)) world.socket.paints(frame)
    await settle()
  }
  const pinned: Pinned[] = []
  const pins = {
    add: async (frame: PaintedFrame, content: DrawingContent) => void pinned.push({ frame, content }),
  }
  const session = { client, surface, pins, shown: new ShownPicture(client, looks) } as unknown as Session
  world.socket.welcomes()
  await paint()
  return { client, session, stroke, paint, pinned }
}

describe('a pin', () => {
  it('keeps the drawing that its picture was made of, not what was drawn since', async () => {
    const { session, stroke, paint, pinned } = await opened()
    stroke(1)
    await paint()
    stroke(2)
    pictureCommands(session).pin()
    await vi.waitFor(() => expect(pinned).toHaveLength(1))
    expect(pinned[0]?.content).toMatchObject({
      items: [
        {
          points: [
            [1, 0, 0.5],
            [1, 0, 0.5],
          ],
        },
      ],
    })
  })

  it('of a refined picture keeps the settings that it refines', async () => {
    const { client, session, paint, pinned } = await opened()
    client.refine()
    await paint()
    pictureCommands(session).pin()
    await vi.waitFor(() => expect(pinned).toHaveLength(1))
    expect(pinned[0]?.frame).toMatchObject({ width: 512, params: { width: 256, steps: 4 } })
  })

  it('of a refined picture keeps its own size where the size is another one since', async () => {
    const { client, session, paint, pinned } = await opened()
    client.refine()
    await paint()
    client.setParams({ width: 512, height: 256 })
    pictureCommands(session).pin()
    await vi.waitFor(() => expect(pinned).toHaveLength(1))
    expect(pinned[0]?.frame.params).toMatchObject({ width: 512, height: 512 })
  })
})
