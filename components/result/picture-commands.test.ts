import { afterEach, describe, expect, it, vi } from 'vitest'
import { settle } from '../../lib/client/testing/fakes.ts'
import { openClient } from '../../lib/client/testing/open-client.ts'
import type { PaintedFrame, Snapshot } from '../../lib/client/types.ts'
import type { DrawingContent } from '../canvas/drawing-surface.ts'
import { PlainSurface } from '../canvas/plain/plain-surface.ts'
import { DrawingLooks } from '../session/drawing-looks.ts'
import { notices } from '../session/notices.ts'
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
  /** Nothing is free on a full disk but what `befores` hold. */
  const disk = { isFull: false, befores: 0 }
  const pins = {
    add: async (frame: PaintedFrame, content: DrawingContent) => {
      if (disk.isFull) throw new DOMException('Encountered full disk while opening.', 'QuotaExceededError')
      pinned.push({ frame, content })
    },
  }
  const befores = {
    dropAll: async () => {
      const { befores: had } = disk
      if (had > 0) Object.assign(disk, { isFull: false, befores: 0 })
      return had > 0
    },
  }
  const shown = new ShownPicture(client, looks)
  const session = { client, surface, pins, shown, befores } as unknown as Session
  world.socket.welcomes()
  await paint()
  return { client, session, stroke, paint, pinned, disk }
}

afterEach(() => notices.setState({ list: [] }))

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
  it('takes the place of what nobody asked to keep, where there is no other', async () => {
    const { session, pinned, disk } = await opened()
    Object.assign(disk, { isFull: true, befores: 2 })
    pictureCommands(session).pin()
    await vi.waitFor(() => expect(pinned).toHaveLength(1))
  })

  it('that the browser has no room for is told with what helps', async () => {
    const { session, pinned, disk } = await opened()
    disk.isFull = true
    pictureCommands(session).pin()
    await vi.waitFor(() => expect(notices.getState().list).toHaveLength(1))
    expect(notices.getState().list[0]?.text).toBe(
      'The picture could not be pinned: this browser has no room left for pins. Download the picture, or remove pins that you do not need',
    )
    expect(pinned).toEqual([])
  })
})
