import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { PaintedFrame } from '../../lib/client/types.ts'
import { KeptThumbnail } from './kept-thumbnail.ts'
import { forgetDrawing, rememberDrawing } from './saved.ts'

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('window', new EventTarget())
  rememberDrawing({ id: 'boat', atMs: 0, prompt: '' })
})
afterEach(() => {
  forgetDrawing('boat')
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** Pictures are their numbers here. */
function watched(id = 'boat') {
  let tell: (frame: PaintedFrame) => void = () => undefined
  const kept: string[] = []
  const look = { isIts: true }
  const client = {
    onFrame: (listener: (frame: PaintedFrame) => void) => {
      tell = listener
      return () => void (tell = () => undefined)
    },
  }
  const make = async ({ seq }: PaintedFrame) => String(seq)
  const save = async (drawing: string, uri: string) => void kept.push(`${drawing} ${uri}`)
  const thumbnail = new KeptThumbnail({ id, client, isItsLook: () => look.isIts, make, save })
  const paint = (seq: number) => tell({ seq } as PaintedFrame)
  return { kept, look, thumbnail, paint, later: (ms = 4_000) => vi.advanceTimersByTimeAsync(ms) }
}

it('of many pictures the last is kept, once in a while', async () => {
  const { kept, paint, later } = watched()
  for (let seq = 1; seq <= 40; seq++) paint(seq)
  expect(kept).toEqual([])
  await later(800)
  expect(kept).toEqual(['boat 40'])
  for (let seq = 41; seq <= 79; seq++) {
    paint(seq)
    await later(100)
  }
  expect(kept).toEqual(['boat 40'])
  await later()
  await later()
  expect(kept).toEqual(['boat 40', 'boat 79'])
})

it('the last picture is kept when the page goes, and when another drawing is opened', async () => {
  const { kept, paint, thumbnail } = watched()
  paint(1)
  window.dispatchEvent(new Event('pagehide'))
  paint(2)
  thumbnail.stop()
  paint(3)
  await vi.runAllTimersAsync()
  expect(kept).toEqual(['boat 1', 'boat 2'])
})

it('a drawing that the list does not offer has none', async () => {
  const { kept, paint, later } = watched('only-visited')
  paint(1)
  await later()
  expect(kept).toEqual([])
})

it('a page that is not how the drawing looks leaves the thumbnail as it was', async () => {
  const { kept, look, thumbnail, paint, later } = watched()
  look.isIts = false
  paint(1)
  await later()
  thumbnail.stop()
  expect(kept).toEqual([])
})
