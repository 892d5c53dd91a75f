import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DrawParams } from '../../lib/protocol/params.ts'
import { previewWant, type PreviewWant } from '../../lib/protocol/preview.ts'
import { sniffCodec } from '../../lib/protocol/image-bytes.ts'
import { decodeImage, encodeImage, type PixelSize } from './codec.ts'
import {
  EngineError,
  type Engine,
  type GenerateOptions,
  type Job,
  type PreviewSource,
  type StepEvent,
} from './engine.ts'

/** A white page with a dark disc, as JPEG; `shift` moves the disc (pixels). */
export async function sketch(size: PixelSize, shift = 0): Promise<Uint8Array> {
  const rgb = new Uint8Array(size.width * size.height * 3).fill(255)
  const [cx, cy, r] = [size.width / 2 + shift, size.height / 2, size.height / 4]
  for (let i = 0; i < size.width * size.height; i++) {
    const inside = Math.hypot((i % size.width) - cx, Math.floor(i / size.width) - cy) < r
    if (inside) rgb.fill(40, 3 * i, 3 * i + 3)
  }
  return encodeImage({ rgb, ...size }, { codec: 'jpeg', quality: 90 })
}

/** A job of the engine's own defaults. */
export async function jobFor(engine: Engine, overrides: Partial<Job> = {}): Promise<Job> {
  const defaults: DrawParams = engine.info.defaults
  const job: Job = {
    ...defaults,
    image: undefined,
    mode: 'live',
    output: { codec: 'png', quality: 80 },
    previews: [],
  }
  return { ...job, image: await sketch(defaults), ...overrides }
}

const never = (): AbortSignal => new AbortController().signal

/** Waits for a free slot, then generates, as the dispatcher does. */
export async function generateWhenFree(engine: Engine, job: Job, options: Partial<GenerateOptions> = {}) {
  await engine.whenFree(never())
  return engine.generate(job, { signal: never(), ...options })
}

async function failure(run: Promise<unknown>): Promise<EngineError> {
  const error: unknown = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof EngineError) return error
  throw new Error(`Expected an EngineError, got ${String(error)}`)
}

async function meanDifference(a: Uint8Array, b: Uint8Array, size: PixelSize): Promise<number> {
  const [left, right] = [await decodeImage(a, size), await decodeImage(b, size)]
  return left.reduce((sum, value, i) => sum + Math.abs(value - (right[i] ?? 0)), 0) / left.length
}

/** What every engine must do, whatever is inside. Runs on the fake and on the local engine. */
export function engineContract(name: string, create: () => Promise<Engine>, timeoutMs = 60_000): void {
  describe(`Engine contract: ${name}`, { timeout: timeoutMs }, () => {
    let engine: Engine | undefined
    beforeAll(async () => {
      engine = await create()
    }, timeoutMs)
    afterAll(() => engine?.[Symbol.asyncDispose](), timeoutMs)
    const subject = () => {
      if (engine === undefined) throw new Error('the engine did not start')
      return engine
    }
    pictures(subject)
    steps(subject)
    refusals(subject)
    capacity(subject)
    closing(create)
  })
}

function pictures(engine: () => Engine): void {
  it('answers the asked codec at exactly the asked size, and says where it rendered', async () => {
    for (const codec of ['jpeg', 'png', 'webp'] as const) {
      const size = { width: 200, height: 120 }
      const result = await generateWhenFree(
        engine(),
        await jobFor(engine(), { ...size, output: { codec, quality: 80 } }),
      )
      expect(sniffCodec(result.image)).toBe(codec)
      expect(result).toMatchObject({ codec, ...size })
      const rendered = { width: result.renderedWidth, height: result.renderedHeight }
      expect(engine().info.sizes.map(({ width, height }) => ({ width, height }))).toContainEqual(rendered)
    }
  })
  it('gives the same bytes for the same job', async () => {
    const job = await jobFor(engine())
    const first = await generateWhenFree(engine(), job)
    expect((await generateWhenFree(engine(), job)).image).toEqual(first.image)
  })
  it('gives another picture for another sketch, another seed and no sketch', async () => {
    const job = await jobFor(engine())
    const base = await generateWhenFree(engine(), job)
    const others = [
      { ...job, image: await sketch(job, job.width / 8) },
      { ...job, seed: job.seed + 1 },
      { ...job, image: undefined },
    ]
    for (const other of others) {
      const result = await generateWhenFree(engine(), other)
      expect(await meanDifference(base.image, result.image, job)).toBeGreaterThan(0.2)
    }
  })
  it('reports one U-Net time per step, and no stage longer than the whole', async () => {
    const job = await jobFor(engine(), { steps: 3 })
    const { timings } = await generateWhenFree(engine(), job)
    expect(timings.unetMs).toHaveLength(3)
    const stages = [
      timings.decodeMs,
      timings.textEncodeMs,
      timings.vaeEncodeMs,
      ...timings.unetMs,
      timings.vaeDecodeMs,
      timings.encodeMs,
    ]
    expect(Math.min(...stages)).toBeGreaterThanOrEqual(0)
    expect(stages.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(timings.engineMs + 0.5)
  })
  it('takes empty, emoji and right-to-left prompts', async () => {
    for (const prompt of ['', '🏠🌊🌙', 'بيت بجانب البحر', 'a '.repeat(900)]) {
      const result = await generateWhenFree(engine(), await jobFor(engine(), { prompt, steps: 1 }))
      expect(result.image.length).toBeGreaterThan(0)
    }
  })
}

function steps(engine: () => Engine): void {
  it('tells every step once, in order, with a preview at every n-th but never at the last', async () => {
    const events: StepEvent[] = []
    const job = await jobFor(engine(), { steps: 4, previews: [previewWant({ everySteps: 2 })] })
    await generateWhenFree(engine(), job, { onStep: (event) => events.push(event) })
    expect(events.map(({ step, steps }) => [step, steps])).toEqual([1, 2, 3, 4].map((step) => [step, 4]))
    expect(events.map(({ previews }) => previews.length)).toEqual([0, 1, 0, 0])
    const preview = events[1]?.previews[0]
    expect(preview && sniffCodec(preview.image)).toBe(preview?.codec)
    expect(preview?.width).toBeGreaterThan(0)
  })
  it('sends no previews unless asked', async () => {
    const events: StepEvent[] = []
    await generateWhenFree(engine(), await jobFor(engine()), { onStep: (event) => events.push(event) })
    expect(events.length).toBeGreaterThan(0)
    expect(events.every(({ previews }) => previews.length === 0)).toBe(true)
  })
  it('makes one preview per form, however many watch, each in its own shape and codec', async () => {
    const events: StepEvent[] = []
    const small = previewWant({ everySteps: 1, side: 16, codec: 'png' })
    const large = previewWant({ everySteps: 2, side: 48, quality: 60 })
    const job = await jobFor(engine(), {
      steps: 3,
      previews: [small, large, { ...small, everySteps: 2 }, large],
    })
    await generateWhenFree(engine(), job, { onStep: (event) => events.push(event) })
    const forms = events.map(({ previews }) => previews.map(({ side, codec }) => [side, codec]))
    expect(forms).toEqual([
      [[16, 'png']],
      [
        [16, 'png'],
        [48, 'jpeg'],
      ],
      [],
    ])
    for (const { image, codec, side, ...size } of events.flatMap(({ previews }) => previews)) {
      expect(sniffCodec(image)).toBe(codec)
      expect(Math.max(size.width, size.height)).toBe(side)
    }
  })
  it('heeds a watcher that comes or goes while the job runs', async () => {
    const wants = [previewWant({ everySteps: 1 })]
    let unsubscribed = 0
    const changingTo = (next: readonly PreviewWant[]): PreviewSource => ({
      onChange: (listener) => {
        queueMicrotask(() => listener(next))
        return () => (unsubscribed += 1)
      },
    })
    const shown = async (before: readonly PreviewWant[], after: readonly PreviewWant[]) => {
      const events: StepEvent[] = []
      // The largest size, where the word about the watcher arrives while the steps last.
      const size = [...engine().info.sizes].sort((a, b) => b.width * b.height - a.width * a.height)[0]
      const job = await jobFor(engine(), { steps: 8, ...size, previews: before })
      const onStep = (event: StepEvent) => events.push(event)
      await generateWhenFree(engine(), job, { onStep, previews: changingTo(after) })
      return events.flatMap(({ previews }) => previews).length
    }
    expect(await shown([], wants)).toBeGreaterThan(0)
    expect(await shown(wants, [])).toBeLessThan(7)
    expect(unsubscribed).toBe(2)
  })
  it('ends a job aborted between steps with `cancelled`, and serves the next one', async () => {
    const abort = new AbortController()
    // The largest size, where a step lasts longer than the cancel is on its way.
    const size = [...engine().info.sizes].sort((a, b) => b.width * b.height - a.width * a.height)[0]
    const job = await jobFor(engine(), { steps: 8, ...size })
    const seen: number[] = []
    const onStep = ({ step }: StepEvent) => {
      seen.push(step)
      if (step === 1) abort.abort()
    }
    const error = await failure(generateWhenFree(engine(), job, { signal: abort.signal, onStep }))
    expect(error.code).toBe('cancelled')
    expect(seen.length).toBeLessThan(8)
    expect((await generateWhenFree(engine(), await jobFor(engine()))).image.length).toBeGreaterThan(0)
  })
  it('is not unwound by a listener that throws', async () => {
    const onStep = () => {
      throw new Error('a listener broke')
    }
    const result = await generateWhenFree(engine(), await jobFor(engine()), { onStep })
    expect(result.image.length).toBeGreaterThan(0)
  })
}

function refusals(engine: () => Engine): void {
  it('names the field of a number its model does not take', async () => {
    const [, high] = engine().info.limits.steps
    for (const [field, value] of [
      ['steps', high + 1],
      ['strength', 0],
      ['guidanceScale', 1000],
    ] as const) {
      const error = await failure(generateWhenFree(engine(), await jobFor(engine(), { [field]: value })))
      expect(error).toMatchObject({ code: 'invalid_params', field })
      expect(error.message).toContain(String(value))
    }
  })
  it('refuses a sketch that is no image, is damaged or is too large, and serves the next one', async () => {
    const whole = await sketch({ width: 128, height: 128 })
    const cases: [Uint8Array, string][] = [
      [new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'unsupported_image'],
      [whole.subarray(0, whole.length >> 1), 'broken_image'],
    ]
    for (const [image, code] of cases) {
      const error = await failure(generateWhenFree(engine(), await jobFor(engine(), { image })))
      expect(error).toMatchObject({ code, field: 'image' })
    }
    expect((await generateWhenFree(engine(), await jobFor(engine()))).image.length).toBeGreaterThan(0)
  })
  it('ignores strength when there is no sketch', async () => {
    const result = await generateWhenFree(engine(), await jobFor(engine(), { image: undefined, strength: 0 }))
    expect(result.image.length).toBeGreaterThan(0)
  })
}

function capacity(engine: () => Engine): void {
  it('answers `busy` to whoever did not wait, and keeps what runs', async () => {
    const job = await jobFor(engine())
    await engine().whenFree(never())
    const running = Array.from({ length: engine().slots }, () => engine().generate(job, { signal: never() }))
    expect((await failure(engine().generate(job, { signal: never() }))).code).toBe('busy')
    for (const result of await Promise.all(running)) expect(result.image.length).toBeGreaterThan(0)
  })
  it('wakes those who wait in the order they came, skipping who gave up', async () => {
    const job = await jobFor(engine(), { steps: 2 })
    await engine().whenFree(never())
    const running = Array.from({ length: engine().slots }, () => engine().generate(job, { signal: never() }))
    const order: number[] = []
    const giveUp = new AbortController()
    const turns = [0, 1, 2].map(async (turn) => {
      await engine().whenFree(turn === 1 ? giveUp.signal : never())
      order.push(turn)
      await engine().generate(job, { signal: never() })
    })
    giveUp.abort()
    expect((await failure(turns[1] ?? Promise.resolve())).code).toBe('cancelled')
    await Promise.all([...running, turns[0], turns[2]])
    expect(order).toEqual([0, 2])
  })
}

function closing(create: () => Promise<Engine>): void {
  it('is `closed` after disposal: jobs and waiters are refused, listeners told', async () => {
    const closed = await create()
    const states: string[] = []
    closed.onState((state) => states.push(state.name))
    await closed[Symbol.asyncDispose]()
    expect(states.at(-1)).toBe('closed')
    expect(closed.state().name).toBe('closed')
    const options = { signal: never() }
    expect((await failure(closed.whenFree(options.signal))).code).toBe('draining')
    expect((await failure(closed.generate(await jobFor(closed), options))).code).toBe('draining')
  })
}
