import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { PaintedFrame } from '../../lib/client/types.ts'
import { RecentPictures } from './recent-pictures.ts'
import { studioClient } from './testing/studio-client.ts'

let nowMs = 0
beforeEach(() => {
  nowMs = 1e12
  vi.spyOn(Date, 'now').mockImplementation(() => nowMs)
})
afterEach(() => void vi.restoreAllMocks())

async function watched() {
  const studio = await studioClient()
  const recent = new RecentPictures(studio.client, studio.shown)
  const paintAfter = async (waitMs: number) => {
    nowMs += waitMs
    await studio.paint()
  }
  const drawAfter = async (waitMs: number, scene: number) => {
    studio.change(scene)
    await paintAfter(waitMs)
  }
  const pictures = () => recent.store.getState().pictures
  const scenes = () => pictures().map(({ frame }) => frame.snapshot.bytes[0])
  return { ...studio, recent, paintAfter, drawAfter, pictures, scenes }
}

/** One painted frame, to be told of again. */
async function painted(): Promise<PaintedFrame> {
  const frame = (await studioClient()).client.lastFrame()
  if (!frame) throw new Error('nothing was painted')
  return frame
}

describe('pictures that went by', () => {
  it('are the last of every half second while the pen moves', async () => {
    const { drawAfter, scenes } = await watched()
    for (let scene = 1; scene <= 10; scene++) await drawAfter(100, scene)
    expect(scenes()).toEqual([10, 5])
  })

  it('are all that stood long enough to be seen', async () => {
    const { drawAfter, scenes, pictures } = await watched()
    for (let scene = 1; scene <= 4; scene++) await drawAfter(700, scene)
    expect(scenes()).toEqual([4, 3, 2, 1])
    expect(new Set(pictures().map(({ id }) => id)).size).toBe(4)
  })

  it('are one with their refined pictures, and not with those of other words', async () => {
    const { client, drawAfter, paintAfter, pictures } = await watched()
    await drawAfter(700, 1)
    client.refine()
    await paintAfter(5000)
    expect(pictures().map(({ frame }) => frame.meta.mode)).toEqual(['refine'])
    client.setParams({ prompt: 'night' })
    await paintAfter(5000)
    expect(pictures().map(({ frame }) => frame.params.prompt)).toEqual(['night', 'a house'])
  })

  it('bring back the drawing that they are of', async () => {
    const { drawAfter, pictures, shown } = await watched()
    await drawAfter(700, 1)
    await drawAfter(700, 2)
    const [, first] = pictures()
    expect(await (first && shown.contentOf(first.frame))).toEqual({ plain: 1, items: [] })
  })

  it('take no more room than there is for them, the newest in any case, and none once it is over', async () => {
    const frame = await painted()
    let tell: (frame: PaintedFrame) => void = () => undefined
    const client = {
      onFrame: (listener: typeof tell) => {
        tell = listener
        return () => (tell = () => undefined)
      },
    }
    const recent = new RecentPictures(client, { isSameDrawing: () => false })
    const paint = (bytes: number) => {
      nowMs += 700
      tell({ ...frame, blob: new Blob([new Uint8Array(bytes)]) })
    }
    const sizes = () => recent.store.getState().pictures.map(({ frame: { blob } }) => blob.size)
    for (let count = 0; count < 40; count++) paint(10)
    expect(sizes()).toHaveLength(30)
    paint(15e6)
    paint(8e6)
    expect(sizes()).toEqual([8e6, 15e6, ...Array<number>(28).fill(10)])
    paint(10e6)
    expect(sizes()).toEqual([10e6, 8e6])
    paint(50e6)
    expect(sizes()).toEqual([50e6])
    recent.stop()
    paint(10)
    expect(sizes()).toEqual([])
  })

  it('are none that the safety checker blanked', async () => {
    const frame = await painted()
    const client = {
      onFrame: (listener: (frame: PaintedFrame) => void) => {
        listener({ ...frame, meta: { ...frame.meta, nsfwDetected: true } })
        return () => undefined
      },
    }
    const recent = new RecentPictures(client, { isSameDrawing: () => false })
    expect(recent.store.getState().pictures).toEqual([])
  })
})
