import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FakeSocket } from './testing/fakes.ts'
import { sceneOf, settle } from './testing/fakes.ts'
import { openClient } from './testing/open-client.ts'
import type { OpenClient } from './testing/open-client.ts'

type Move =
  | {
      readonly type:
        | 'draw'
        | 'undo'
        | 'frame'
        | 'drop'
        | 'welcome'
        | 'hide'
        | 'live'
        | 'wake'
        | 'hold'
        | 'release'
        | 'refine'
    }
  | { readonly type: 'wait'; readonly ms: number }
  | { readonly type: 'seed'; readonly seed: number }
  | { readonly type: 'end'; readonly pick: number; readonly how: End; readonly twice: boolean }

const ENDS = ['image', 'superseded', 'no_credit', 'busy', 'engine_crashed', 'cancelled'] as const
type End = (typeof ENDS)[number]
const CREDIT = 2

const just = (weight: number, ...types: Exclude<Move['type'], 'wait' | 'seed' | 'end'>[]) => ({
  weight,
  arbitrary: fc.constantFrom(...types).map((type): Move => ({ type })),
})

// Most moves are of a page in use; the weights keep the rare ones from silencing it.
const move: fc.Arbitrary<Move> = fc.oneof(
  just(16, 'draw', 'frame'),
  just(6, 'release', 'welcome', 'wake'),
  just(2, 'undo', 'refine'),
  just(2, 'drop', 'hide', 'live', 'hold'),
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('wait'), ms: fc.constantFrom(5, 50, 300, 800, 9_000) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('seed'), seed: fc.nat(3) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('end'),
      pick: fc.nat(1),
      how: fc.constantFrom(...ENDS),
      twice: fc.boolean(),
    }),
  },
)

/** The server's count of one connection, kept from what it saw on the wire and nothing else. */
class FakeServer {
  readonly #open: OpenClient
  readonly #ended = new Set<number>()
  #releases: (() => void)[] = []
  #live = new Set<FakeSocket>()
  mostInFlight = 0

  constructor(open: OpenClient) {
    this.#open = open
  }

  /** Makes snapshots wait for `release`. */
  hold(): void {
    this.#open.drawing.gate = new Promise((resolve) => this.#releases.push(resolve))
  }

  release(): void {
    for (const release of this.#releases.splice(0)) release()
    this.#open.drawing.gate = Promise.resolve()
  }

  inFlight() {
    const frames = this.#open.socket().frames()
    const left = this.#open.socket().closed ? [] : frames.filter((frame) => !this.#ended.has(frame.seq))
    this.mostInFlight = Math.max(this.mostInFlight, left.length)
    return left
  }

  welcome(): void {
    const socket = this.#open.socket()
    if (socket.closed || this.#live.has(socket)) return
    this.#live.add(socket)
    socket.welcomes({ credit: CREDIT })
  }

  end(pick: number, how: End): void {
    const frames = this.inFlight()
    const frame = frames[pick]
    if (!frame) return
    this.#ended.add(frame.seq)
    // Only a newer frame supersedes one.
    const newer = frames.some((other) => other.seq > frame.seq)
    this.say(frame.seq, how === 'superseded' && !newer ? 'image' : how)
  }

  say(seq: number, how: End): void {
    const socket = this.#open.socket()
    const frame = socket.frames().find((sent) => sent.seq === seq)
    if (!frame) return
    const about = { seq, rev: frame.paramsRev, message: 'said by the test' }
    if (how === 'image') socket.paints(frame)
    else if (how === 'superseded') socket.says({ type: 'superseded', ...about, by: seq + 1 })
    else if (how === 'engine_crashed' || how === 'cancelled') {
      socket.says({ type: 'failed', ...about, code: how, retryable: true })
    } else socket.says({ type: 'refused', ...about, code: how })
  }
}

async function perform(open: OpenClient, server: FakeServer, step: Move): Promise<void> {
  const { world, client, drawing } = open
  switch (step.type) {
    case 'draw':
      return open.draw()
    case 'undo':
      drawing.scene = Math.max(0, drawing.scene - 1)
      return client.markDirty()
    case 'frame':
      return world.frame()
    case 'hold':
      return server.hold()
    case 'release':
      return server.release()
    case 'drop':
      return open.socket().drops()
    case 'welcome':
      return server.welcome()
    case 'hide':
      return world.setHidden(!world.hidden)
    case 'live':
      return client.setLive(!client.store.getState().live)
    case 'wake':
      client.setLive(true)
      return world.setHidden(false)
    case 'refine':
      return client.refine()
    case 'wait':
      return world.advance(step.ms)
    case 'seed':
      return client.setParams({ seed: step.seed })
    case 'end': {
      const seq = server.inFlight()[step.pick]?.seq
      server.end(step.pick, step.how)
      if (seq !== undefined && step.twice) server.say(seq, step.how)
    }
  }
}

/** Brings everything to rest: connected, visible, live, and a server that answers every frame with a picture. */
async function comeToRest(open: OpenClient, server: FakeServer): Promise<void> {
  await open.world.setHidden(false)
  open.client.setLive(true)
  for (let round = 0; round < 12; round++) {
    server.welcome()
    server.release()
    await settle()
    await open.world.frame()
    while (server.inFlight().length > 0) server.end(0, 'image')
    await open.world.advance(9_000)
  }
}

describe('pump, painter and connection together', () => {
  it('keep within the credit, send the newest scene in the end, and leave nothing behind (C1, C2, E1, F1)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 10, maxLength: 100, size: 'max' }), async (moves) => {
        const open = openClient()
        const server = new FakeServer(open)
        server.welcome()
        for (const step of moves) {
          await perform(open, server, step)
          await settle()
          expect(server.inFlight().length).toBeLessThanOrEqual(CREDIT)
        }
        await comeToRest(open, server)
        const { client, drawing, world } = open
        const last = client.lastFrame()
        const newestLive = open
          .socket()
          .frames()
          .filter((frame) => (frame.meta as { mode: string }).mode === 'live')
          .at(-1)
        if (!newestLive || !last) throw new Error('nothing was painted')
        expect(sceneOf(newestLive)).toBe(drawing.scene)
        expect(last.params.seed).toBe(client.store.getState().params?.seed)
        expect(client.store.getState()).toMatchObject({ activity: 'up-to-date', refined: true })
        const seqs = world.sockets.flatMap((socket) => socket.frames().map((frame) => frame.seq))
        expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
        expect(server.mostInFlight).toBeLessThanOrEqual(CREDIT)
        client.dispose()
        await settle()
        expect(world.leftOver).toBe(0)
        expect(world.bitmaps.every((bitmap) => bitmap.closed)).toBe(true)
        expect(world.reported).toEqual([])
      }),
      { numRuns: 200, seed: 20_260_921 },
    )
  }, 30_000)

  it('leave no timer, frame or listener when disposed at any moment', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 60, size: 'max' }), async (moves) => {
        const open = openClient()
        const server = new FakeServer(open)
        server.welcome()
        for (const step of moves) await perform(open, server, step)
        open.client.dispose()
        server.release()
        await settle()
        open.draw()
        open.client.setLive(true)
        open.client.refine()
        await open.world.setHidden(false)
        expect(open.world.leftOver).toBe(0)
        expect(open.world.sockets.every((socket) => socket.closed)).toBe(true)
        expect(open.world.bitmaps.every((bitmap) => bitmap.closed)).toBe(true)
      }),
      { numRuns: 150, seed: 7 },
    )
  }, 30_000)
})
