import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { DecodedPhotos } from './decoded-photos.ts'
import { startHistory, step, undo, type Item, type Photo } from './plain-drawing.ts'

class Bitmap {
  isClosed = false
  close() {
    this.isClosed = true
  }
}

let made: Bitmap[] = []
let photos: DecodedPhotos

beforeEach(() => {
  made = []
  photos = new DecodedPhotos()
  vi.stubGlobal('createImageBitmap', () => {
    made.push(new Bitmap())
    return Promise.resolve(made.at(-1))
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
})

const photo = (text: string, x = 0): Photo => ({
  kind: 'photo',
  src: `data:image/png,${text}`,
  ...{ x, y: 0, w: 9, h: 9 },
})
const stroke: Item = { kind: 'stroke', colour: 'red', width: 'm', filled: false, points: [[0, 0, 0.5]] }

it('decodes a picture once, however often it is asked for and however many photos show it', async () => {
  const items = [photo('one'), photo('one', 5), stroke]
  expect(photos.hasAll(items)).toBe(false)
  await Promise.all([photos.decode(items), photos.decode(items)])
  expect(made).toHaveLength(1)
  expect(photos.bitmapOf(photo('one'))).toBe(made[0])
  expect(photos.hasAll(items)).toBe(true)
})

it('gives back what no step of the history shows any more', async () => {
  const blank = startHistory([])
  const drawn = step(blank, [photo('one')])
  await photos.decode(drawn.items)
  photos.follow(blank, drawn)
  const cleared = step(drawn, [])
  photos.follow(drawn, cleared)
  expect(made[0]?.isClosed).toBe(false)
  // Undone twice, and drawn on: nothing leads to it now.
  const back = undo(undo(cleared))
  photos.follow(cleared, back)
  expect(made[0]?.isClosed).toBe(false)
  photos.follow(back, step(back, [stroke]))
  expect(made[0]?.isClosed).toBe(true)
  expect(photos.bitmapOf(photo('one'))).toBeUndefined()
})

it('keeps a photo that is on its way to the drawing while somebody draws on', async () => {
  const blank = startHistory([])
  const coming = photos.decode([photo('one')])
  photos.follow(blank, step(blank, [stroke]))
  await coming
  expect(photos.bitmapOf(photo('one'))).toBe(made[0])
})

it('gives back at once what comes after nobody shows the drawing any more', async () => {
  const coming = photos.decode([photo('one')])
  photos.releaseAll()
  await coming
  expect(made.map(({ isClosed }) => isClosed)).toEqual([true])
  expect(photos.hasAll([photo('one')])).toBe(false)
})

it('says when there is more to paint than before, once for each picture', async () => {
  const before = photos.decoded
  await Promise.all([photos.decode([photo('one')]), photos.decode([photo('one', 5)])])
  expect(photos.decoded).toBe(before + 1)
  await photos.decode([photo('one')])
  expect(photos.decoded).toBe(before + 1)
  await photos.decode([photo('two')])
  expect(photos.decoded).toBe(before + 2)
})

it('tries a picture again that could not be decoded', async () => {
  const decode = vi.fn(() => Promise.reject(new Error('no picture')))
  vi.stubGlobal('createImageBitmap', decode)
  await photos.decode([photo('one')])
  await photos.decode([photo('one')])
  expect(decode).toHaveBeenCalledTimes(2)
})
