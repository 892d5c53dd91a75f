import { afterEach, describe, expect, it } from 'vitest'
import { createSketchClient } from '../../lib/client/index.ts'
import { FakeDrawing, FakeWorld, sceneOf, settle } from '../../lib/client/testing/fakes.ts'
import { Rest, REST_AFTER_MS } from './rest.ts'

let close = () => {}
afterEach(() => close())

/** A page that has painted its first picture. */
async function page() {
  const world = new FakeWorld()
  const drawing = new FakeDrawing()
  let touch: () => void = () => undefined
  const rest = new Rest(world.env, (touched) => {
    touch = touched
    return () => (touch = () => undefined)
  })
  let dials = 0
  const url = rest.awake(async () => `ws://x/${dials++}`)
  const env = { ...world.env, openSocket: rest.openSocket }
  const client = createSketchClient({ url, takeSnapshot: drawing.takeSnapshot }, env)
  rest.unless(() => client.store.getState().background)
  close = () => {
    client.dispose()
    rest.stop()
  }
  const paint = async () => {
    await world.frame()
    for (const frame of world.socket.frames()) world.socket.paints(frame)
    await world.frame()
  }
  await settle()
  world.socket.welcomes()
  await paint()
  const status = () => client.store.getState().status.name
  return { world, drawing, rest, client, paint, status, dials: () => dials, touch: () => touch() }
}

describe('a page that nobody looks at', () => {
  it('gives its place back after a while, dials no more, and is back at once when it is shown', async () => {
    const { world, drawing, client, paint, status, rest, dials } = await page()
    const before = client.lastFrame()
    expect(before).toBeDefined()
    const [first] = world.sockets
    await world.setHidden(true)
    await world.advance(REST_AFTER_MS - 1000)
    expect([first?.closed, rest.isResting]).toEqual([false, false])
    await world.advance(10 * REST_AFTER_MS)
    expect([first?.closed, rest.isResting, world.sockets.length, dials()]).toEqual([true, true, 1, 1])
    // Not `waiting` with a complaint: that is what people would find when they come back.
    expect(status()).toBe('connecting')
    expect(client.lastFrame()).toBe(before)
    // Changed from elsewhere meanwhile: by the page around, say.
    drawing.scene = 7
    client.markDirty()

    await world.setHidden(false)
    expect([rest.isResting, world.sockets.length, dials()]).toEqual([false, 2, 2])
    world.socket.welcomes()
    await paint()
    expect(status()).toBe('live')
    expect(world.socket.frames().map(sceneOf)).toEqual([7])
    expect(client.store.getState().error).toBeUndefined()
    expect(client.lastFrame()).not.toBe(before)
  })

  it('is back at once, too, when it is shown just as it gave its place back', async () => {
    const { world, status } = await page()
    await world.setHidden(true)
    world.clock.advance(REST_AFTER_MS)
    await settle()
    expect(status()).toBe('waiting')
    await world.setHidden(false)
    expect(world.sockets).toHaveLength(2)
  })

  it('keeps its place while it was hidden for a moment only, or is to go on in the background', async () => {
    const { world, client } = await page()
    for (let look = 0; look < 3; look++) {
      await world.setHidden(true)
      await world.advance(REST_AFTER_MS / 2)
      await world.setHidden(false)
      await world.advance(REST_AFTER_MS / 2)
    }
    client.setBackground(true)
    await world.setHidden(true)
    await world.advance(3 * REST_AFTER_MS)
    expect(world.sockets).toHaveLength(1)
    client.setBackground(false)
    await world.advance(2 * REST_AFTER_MS)
    expect(world.socket.closed).toBe(true)
  })

  it('that lost its place because nobody drew comes back when it is touched, and not for the place of the next', async () => {
    const { world, dials, touch, status } = await page()
    await world.advance(11 * 60_000)
    world.socket.drops(1013, 'too_many_sessions')
    await world.advance(10 * 60_000)
    expect([dials(), world.sockets.length]).toEqual([1, 1])
    touch()
    await settle()
    expect([dials(), world.sockets.length]).toEqual([2, 2])
    world.socket.welcomes()
    await settle()
    expect(status()).toBe('live')
  })

  it('that lost its place comes back for a program that draws on it, as long as it is shown', async () => {
    const { world, client, rest, paint } = await page()
    await world.advance(11 * 60_000)
    world.socket.drops(1013, 'too_many_sessions')
    await world.advance(60_000)
    client.setParams({ prompt: 'a house' })
    rest.touched()
    await settle()
    expect(world.sockets).toHaveLength(2)
    world.socket.welcomes()
    await paint()
    expect(client.lastFrame()?.params.prompt).toBe('a house')

    await world.setHidden(true)
    await world.advance(2 * REST_AFTER_MS)
    rest.touched()
    await settle()
    expect([rest.isResting, world.sockets.length]).toEqual([true, 2])
  })

  it('that lost its place comes back, too, when it is shown after it was hidden for long', async () => {
    const { world, status } = await page()
    await world.advance(11 * 60_000)
    world.socket.drops(1013, 'too_many_sessions')
    await world.advance(60_000)
    await world.setHidden(true)
    await world.advance(2 * REST_AFTER_MS)
    await world.setHidden(false)
    await settle()
    expect(world.sockets).toHaveLength(2)
    world.socket.welcomes()
    await settle()
    expect(status()).toBe('live')
  })

  it('dials again where it never had a place', async () => {
    const { world } = await page()
    world.socket.drops(1013, 'too_many_sessions')
    await world.advance(30_000)
    expect(world.sockets.length).toBeGreaterThan(1)
  })

  it('leaves nothing behind when its drawing is closed meanwhile', async () => {
    const { world, status, dials } = await page()
    await world.setHidden(true)
    await world.advance(2 * REST_AFTER_MS)
    close()
    await settle()
    expect([status(), dials(), world.leftOver]).toEqual(['closed', 1, 0])
  })
})
