import { describe, expect, it } from 'vitest'
import { FakeBitmap, FakeCanvas, FakeWorld } from './testing/fakes.ts'
import { FADE_MS, Painter } from './painter.ts'

const blob = new Blob(['x'])

function setUp() {
  const world = new FakeWorld()
  const painter = new Painter(world.env)
  const canvas = new FakeCanvas()
  painter.attach(canvas.element)
  return { world, painter, canvas }
}

describe('Painter', () => {
  it('paints in increasing seq only, whatever order decoding ends in (F2)', async () => {
    const { world, painter, canvas } = setUp()
    const slow = withResolvers<FakeBitmap>()
    world.decode = () => slow.promise
    const first = painter.show({ seq: 1, blob, refined: false })
    world.decode = () => Promise.resolve(new FakeBitmap(64, 64))
    expect(await painter.show({ seq: 2, blob, refined: false })).toBe('painted')
    const late = new FakeBitmap(64, 64)
    slow.resolve(late)
    expect(await first).toBe('stale')
    expect(late.closed).toBe(true)
    expect(await painter.show({ seq: 2, blob, refined: false })).toBe('stale')
    expect(canvas.calls.map((call) => call.source)).toEqual([world.bitmaps[0]])
  })

  it('gives canvases the size of the picture, and a new canvas the last picture at once', async () => {
    const { world, painter, canvas } = setUp()
    world.decode = () => Promise.resolve(new FakeBitmap(320, 192))
    await painter.show({ seq: 1, blob, refined: false })
    const second = new FakeCanvas()
    const detach = painter.attach(second.element)
    expect([canvas.width, canvas.height, second.width, second.height]).toEqual([320, 192, 320, 192])
    expect(second.calls).toEqual([{ source: world.bitmaps[0], alpha: 1 }])
    detach()
    await painter.show({ seq: 2, blob, refined: false })
    expect(second.calls).toHaveLength(1)
  })

  it('never blanks: bytes that are no picture leave the last one', async () => {
    const { world, painter, canvas } = setUp()
    await painter.show({ seq: 1, blob, refined: false })
    world.decode = () => Promise.reject(new Error('no picture'))
    expect(await painter.show({ seq: 2, blob, refined: false })).toBe('broken')
    expect(canvas.calls.at(-1)).toEqual({ source: world.bitmaps[0], alpha: 1 })
    expect(world.bitmaps[0]?.closed).toBe(false)
  })

  it('fades a refined picture in over the live one, then frees that', async () => {
    const { world, painter, canvas } = setUp()
    await painter.show({ seq: 1, blob, refined: false })
    world.decode = () => Promise.resolve(new FakeBitmap(512, 512))
    await painter.show({ seq: 2, blob, refined: true })
    const [live, refined] = world.bitmaps
    expect(canvas.width).toBe(512)
    expect(canvas.calls.slice(-2)).toEqual([
      { source: live, alpha: 1 },
      { source: refined, alpha: 0 },
    ])
    await world.advance(FADE_MS / 2)
    await world.frame()
    expect(canvas.calls.slice(-2)).toEqual([
      { source: live, alpha: 1 },
      { source: refined, alpha: 0.5 },
    ])
    await world.advance(FADE_MS / 2)
    await world.frame()
    expect(canvas.calls.at(-1)).toEqual({ source: refined, alpha: 1 })
    expect([live?.closed, refined?.closed]).toEqual([true, false])
    expect(world.leftOver).toBe(0)
  })

  it('does not fade live pictures, nor anything for people who asked for less motion', async () => {
    const { world, painter, canvas } = setUp()
    await painter.show({ seq: 1, blob, refined: false })
    await painter.show({ seq: 2, blob, refined: false })
    world.reducedMotion = true
    await painter.show({ seq: 3, blob, refined: true })
    expect(canvas.calls.map((call) => call.alpha)).toEqual([1, 1, 1])
    expect(world.leftOver).toBe(0)
  })

  it('lets a live picture end a fade at once', async () => {
    const { world, painter, canvas } = setUp()
    await painter.show({ seq: 1, blob, refined: false })
    await painter.show({ seq: 2, blob, refined: true })
    await painter.show({ seq: 3, blob, refined: false })
    expect(canvas.calls.at(-1)).toEqual({ source: world.bitmaps[2], alpha: 1 })
    expect(world.bitmaps.map((bitmap) => bitmap.closed)).toEqual([true, true, false])
    expect(world.leftOver).toBe(0)
  })

  it('frees every bitmap on dispose, one that is still being decoded included', async () => {
    const { world, painter } = setUp()
    await painter.show({ seq: 1, blob, refined: false })
    await painter.show({ seq: 2, blob, refined: true })
    const last = painter.show({ seq: 3, blob, refined: false })
    painter.dispose()
    expect(await last).toBe('stale')
    expect(world.bitmaps.map((bitmap) => bitmap.closed)).toEqual([true, true, true])
    expect(world.leftOver).toBe(0)
  })
})

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
