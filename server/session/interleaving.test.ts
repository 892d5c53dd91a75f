// Random lives: whatever order strokes, cancels, crashes, disconnects and the engine's steps come in, the rules hold.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { FIFO, harness, JPEG, LIVE, QUICK, settle } from './testing/harness.ts'
import type { Drawing } from './testing/harness.ts'

const SESSIONS = 3

const who = fc.integer({ min: 0, max: SESSIONS - 1 })
const action = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('draw' as const),
      who,
      mode: fc.constantFrom('live' as const, 'live' as const, 'refine' as const),
      rev: fc.constantFrom(1, QUICK),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('step' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('settle' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('cancel' as const), who, back: fc.integer({ min: 0, max: 2 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fault' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('deadline' as const) }) },
)
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never

interface Life {
  readonly drawing: Drawing
  /** Numbers the server has read. */
  readonly sent: number[]
  left: boolean
}

class World {
  readonly harness
  readonly lives: Life[] = []
  readonly #current: Life[] = []
  readonly #fifo: boolean

  constructor(engine: { readonly slots: number; readonly abreast: number }, fifo: boolean) {
    this.harness = harness(engine)
    this.#fifo = fifo
    for (let i = 0; i < SESSIONS; i++) this.#enter(i)
  }

  #enter(index: number): void {
    const life = {
      drawing: this.harness.open(this.#fifo && index === 0 ? FIFO : LIVE),
      sent: [],
      left: false,
    }
    this.lives.push(life)
    this.#current[index] = life
  }

  #life(index: number): Life {
    const life = this.#current[index]
    if (!life) throw new Error(`no session ${index}`)
    return life
  }

  async act(step: Action): Promise<void> {
    const { engine, clock, registry } = this.harness
    switch (step.do) {
      case 'draw': {
        const life = this.#life(step.who)
        const seq = life.sent.length
        life.sent.push(seq)
        return life.drawing.submit(seq, step.mode, JPEG, step.rev)
      }
      case 'cancel': {
        const life = this.#life(step.who)
        return life.drawing.session.cancel(life.sent.length - 1 - step.back)
      }
      case 'leave': {
        this.#life(step.who).left = true
        registry.close(this.#life(step.who).drawing.session)
        return this.#enter(step.who)
      }
      case 'step':
        return void engine.step()
      case 'settle':
        return await settle()
      case 'crash': {
        engine.crash()
        await settle()
        return engine.recover()
      }
      case 'fault':
        return engine.failNext('broken_image')
      case 'deadline':
        return clock.advance(10_000)
    }
  }

  /** True at every moment, not only at the end. */
  checkBounds(): void {
    for (const { drawing } of this.lives) {
      const { waiting, running } = drawing.session.load
      expect(waiting).toBeLessThanOrEqual(3)
      expect(running).toBeLessThanOrEqual(this.harness.engine.abreast)
    }
    expect(this.harness.engine.running).toBeLessThanOrEqual(this.harness.engine.slots)
  }

  checkEnds(): void {
    for (const { drawing, sent, left } of this.lives) {
      const ended = drawing.ends().map((end) => end.seq)
      expect(new Set(ended).size, 'F1: no frame ends twice').toBe(ended.length)
      if (!left)
        expect(
          [...ended].sort((a, b) => a - b),
          'F1: every frame ends',
        ).toEqual(sent)
      const images = drawing
        .ends()
        .filter((end) => end.type === 'image')
        .map((end) => end.seq)
      expect(images, 'F2: images leave in increasing seq').toEqual([...images].sort((a, b) => a - b))
      this.#checkSuperseded(drawing)
    }
  }

  /**
   * F3: nothing that was superseded while it waited was started. A refinement may start, give way and be overtaken, and
   * a live frame may be by the picture of a newer one (F2).
   */
  #checkSuperseded(drawing: Drawing): void {
    const started = drawing.events.flatMap((event) => (event.type === 'started' ? [event.seq] : []))
    for (const end of drawing.ends()) {
      if (end.type !== 'superseded') continue
      expect(end.by).toBeGreaterThan(end.seq)
      const overtaken = drawing.ends().some(({ type, seq }) => type === 'image' && seq === end.by)
      if (started.includes(end.seq)) expect(overtaken || drawing.refined.has(end.seq), 'F3').toBe(true)
    }
  }
}

it.each([
  { slots: 1, abreast: 1, fifo: false },
  { slots: 2, abreast: 1, fifo: true },
  { slots: 2, abreast: 2, fifo: false },
  { slots: 3, abreast: 2, fifo: true },
])(
  'F1 F2 F3: one end for every frame, images in order, bounded memory ($slots slots, $abreast abreast, fifo $fifo)',
  async ({ slots, abreast, fifo }) => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 60 }), async (actions) => {
        const world = new World({ slots, abreast }, fifo)
        for (const step of actions) {
          await world.act(step)
          world.checkBounds()
        }
        await world.harness.runOut()
        world.checkEnds()
        await world.harness.close()
        expect(world.harness.clock.pending).toBe(0)
      }),
      { numRuns: 150 },
    )
  },
  30_000,
)
