import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { previewWant } from '../../lib/protocol/preview.ts'
import { decodeImage } from './codec.ts'
import { engineContract, generateWhenFree, jobFor, sketch } from './engine.contract.ts'
import type { Job, JobResult, Preview, StepEvent } from './engine.ts'
import { createLocalEngine, type LocalEngine } from './local-engine.ts'
import { silentLog } from './log.ts'
import { POCKET_MODEL, TOY_MODEL, TOY_MODEL_PLAIN } from './testing/models.ts'

const open = (modelDir: string, options: { slots?: number; cancelTimeoutMs?: number } = {}) =>
  createLocalEngine({ modelDir, log: silentLog, ...options })

const mean = (values: Uint8Array | undefined) =>
  values ? values.reduce((sum, value) => sum + value, 0) / values.length : Number.NaN

const signal = () => new AbortController().signal

engineContract('local, toy model', () => open(TOY_MODEL))
engineContract('local, plain toy model', () => open(TOY_MODEL_PLAIN))
engineContract('local, two slots', () => open(TOY_MODEL, { slots: 2 }))
engineContract('local, the bundled model', () => open(POCKET_MODEL), 60_000)

describe('the bundled model', () => {
  it('previews a step in the colours of the picture it becomes', async () => {
    await using engine = await open(POCKET_MODEL)
    const shown: Preview[] = []
    const onStep = ({ previews }: StepEvent) => shown.push(...previews)
    const previews = [previewWant({ everySteps: 1 })]
    const job = await jobFor(engine, { previews, prompt: 'night sea photo' })
    const { image } = await generateWhenFree(engine, job, { onStep })
    const last = shown.at(-1)
    const [picture, preview] = await Promise.all(
      [image, last?.image ?? new Uint8Array()].map((bytes) => decodeImage(bytes, { width: 16, height: 16 })),
    )
    const differences = picture?.map((value, i) => Math.abs(value - (preview?.[i] ?? 255)))
    // A linear map of latents is rough; one fitted to another range than the loop's is off by half of all.
    expect(mean(differences)).toBeLessThan(50)
  })
})

/** An engine is ready with its first slot; resolves when the one after it takes jobs, too. */
async function untilAllTake(engine: LocalEngine, job: Job): Promise<JobResult[]> {
  for (;;) {
    const tries = Array.from({ length: engine.slots }, () => engine.generate(job, { signal: signal() }))
    const outcomes = await Promise.allSettled(tries)
    const results = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    if (results.length === tries.length) return results
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

describe('two processes', () => {
  it('take two frames of one session, with other numbers of threads, and give the same picture [F7]', async () => {
    await using engine = await open(POCKET_MODEL, { slots: 2 })
    expect([engine.slots, engine.abreast]).toEqual([2, 2])
    const [one, other] = await untilAllTake(engine, await jobFor(engine))
    expect(new Set(engine.pids).size).toBe(2)
    expect(Buffer.compare(one?.image ?? Buffer.of(1), other?.image ?? Buffer.of(2))).toBe(0)
  })

  it('are not taken unless they were asked for', async () => {
    await using engine = await open(TOY_MODEL)
    expect([engine.slots, engine.abreast]).toEqual([1, 1])
  })
})

describe('local engine', () => {
  let engine: LocalEngine
  beforeAll(async () => {
    engine = await open(TOY_MODEL)
  })
  afterAll(() => engine[Symbol.asyncDispose]())

  it('takes model, sizes, limits and words from the manifest', () => {
    expect(engine.info).toMatchObject({
      id: 'toy-model',
      provider: 'cpu',
      strengthSemantics: 'lcm',
      words: { time: ['day', 'night'] },
    })
    expect(engine.info.sizes).toContainEqual({ width: 96, height: 64 })
    expect(engine.info.refine).toEqual({ width: 128, height: 128, steps: 8 })
  })

  it('lets every parameter and the words change the picture', async () => {
    const job = await jobFor(engine)
    const base = await generateWhenFree(engine, job)
    const changes = [{ prompt: 'night' }, { strength: 0.9 }, { seed: 7 }, { steps: 5 }, { guidanceScale: 6 }]
    for (const change of changes) {
      const { image } = await generateWhenFree(engine, { ...job, ...change })
      expect(Buffer.compare(image, base.image), JSON.stringify(change)).not.toBe(0)
    }
  })

  it('renders an unknown size in the nearest bucket and scales it to exactly the asked one', async () => {
    const size = { width: 300, height: 190 }
    const result = await generateWhenFree(
      engine,
      await jobFor(engine, { ...size, image: await sketch(size) }),
    )
    expect(result).toMatchObject({ ...size, renderedWidth: 96, renderedHeight: 64 })
    expect(await decodeImage(result.image, size)).toHaveLength(300 * 190 * 3)
  })

  it('keeps the layout of the smaller picture in a refinement', async () => {
    const job = await jobFor(engine, { image: undefined })
    const small = await generateWhenFree(engine, job)
    const large = { ...job, width: 128, height: 128, mode: 'refine' as const }
    const near = await generateWhenFree(engine, { ...large, noiseFrom: { width: 64, height: 64 } })
    const far = await generateWhenFree(engine, large)
    const size = { width: 64, height: 64 }
    const [a, b, c] = await Promise.all([small, near, far].map(({ image }) => decodeImage(image, size)))
    expect(difference(a, b)).toBeLessThan(0.7 * difference(a, c))
    const unfit = await generateWhenFree(engine, { ...large, noiseFrom: { width: 96, height: 64 } })
    expect(unfit.image).toEqual(far.image)
  })

  it('encodes a prompt once', async () => {
    const job = await jobFor(engine, { prompt: 'a prompt nobody used before' })
    expect((await generateWhenFree(engine, job)).timings.textEncodeMs).toBeGreaterThan(0)
    expect((await generateWhenFree(engine, job)).timings.textEncodeMs).toBe(0)
  })

  it('shows previews of the asked shape, small', async () => {
    const events: StepEvent[] = []
    const job = await jobFor(engine, {
      width: 400,
      height: 200,
      steps: 3,
      previews: [previewWant({ everySteps: 1 })],
    })
    await generateWhenFree(engine, job, { onStep: (event) => events.push(event) })
    const sizes = events.map(({ previews }) =>
      previews.map(({ codec, width, height }) => [codec, width, height]),
    )
    expect(sizes).toEqual([[['jpeg', 192, 96]], [['jpeg', 192, 96]], []])
  })

  it('costs one frame when its child is killed, and is back within two seconds and the load time', async () => {
    const job = await jobFor(engine, { steps: 8, width: 128, height: 128 })
    const states: string[] = []
    const stop = engine.onState(({ name }) => states.push(name))
    const running = generateWhenFree(engine, job, { onStep: ({ step }) => step === 1 && killChild(engine) })
    await expect(running).rejects.toMatchObject({ code: 'engine_crashed' })
    const killedMs = performance.now()
    await expect(engine.generate(job, { signal: signal() })).rejects.toMatchObject({ code: 'engine_crashed' })
    await engine.whenFree(signal())
    expect(performance.now() - killedMs).toBeLessThan(5_000)
    expect((await generateWhenFree(engine, job)).image.length).toBeGreaterThan(0)
    expect(states).toEqual(['degraded', 'ready'])
    stop()
  })

  it('ends a process that does not answer a cancel, and serves the next job from another', async () => {
    await using stuck = await open(TOY_MODEL, { cancelTimeoutMs: 400 })
    process.kill(stuck.pids[0] ?? 0, 'SIGSTOP')
    const running = generateWhenFree(stuck, await jobFor(stuck), { signal: AbortSignal.timeout(50) })
    await expect(running).rejects.toMatchObject({ code: 'engine_crashed' })
    expect((await generateWhenFree(stuck, await jobFor(stuck))).image.length).toBeGreaterThan(0)
  })

  it('runs as many jobs at a time as it has slots, and one killed slot does not stop the other', async () => {
    await using pair = await open(TOY_MODEL, { slots: 2 })
    await expect.poll(() => pair.pids.length).toBe(2)
    const job = await jobFor(pair)
    await Promise.all([generateWhenFree(pair, job), generateWhenFree(pair, job)])
    const killed = pair.pids[1] ?? 0
    process.kill(killed, 'SIGKILL')
    // Until its end is noticed a job may still be given to it, and would rightly fail.
    await expect.poll(() => pair.pids).not.toContain(killed)
    for (let i = 0; i < 3; i++) expect((await generateWhenFree(pair, job)).image.length).toBeGreaterThan(0)
    expect(pair.state().name).toBe('ready')
  })

  it('leaves no process behind', async () => {
    const closed = await open(TOY_MODEL)
    const [pid] = closed.pids
    await closed[Symbol.asyncDispose]()
    expect(closed.pids).toEqual([])
    expect(() => process.kill(pid ?? 0, 0)).toThrow('ESRCH')
  })
})

function killChild(engine: LocalEngine): void {
  for (const pid of engine.pids) process.kill(pid, 'SIGKILL')
}

function difference(a: Uint8Array | undefined, b: Uint8Array | undefined): number {
  if (a === undefined || b === undefined) throw new Error('no picture')
  return a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? 0)), 0) / a.length
}
