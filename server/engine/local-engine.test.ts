// When the engine changes its provider, and when it does not: over children that are no processes, on a clock moved by
// hand.
import { describe, expect, it } from 'vitest'
import { jobFor } from './engine.contract.ts'
import { createLocalEngine, openLocalEngine } from './local-engine.ts'
import { modelBytes, readModelFolder } from './model-folder.ts'
import { settle, setUp } from './testing/engine-world.ts'
import type { FakeDevice } from './testing/fake-devices.ts'
import { toyFolder } from './testing/models.ts'

const MINUTE_MS = 60_000

/** Paints on cpu, and comes up on cuda. */
function healthyOnCpu(device: FakeDevice): void {
  device.ready()
  if (device.config.provider === 'cpu') device.works()
}

describe('the engine goes on with the next provider', () => {
  it('after three jobs in a row that hang, each a minute beyond its cancel', async () => {
    const { clock, options } = setUp(healthyOnCpu)
    await using engine = await createLocalEngine(options)
    const job = await jobFor(engine)
    const signal = new AbortController().signal
    for (let i = 0; i < 3; i++) {
      expect(engine.info.provider).toBe('cuda')
      const abort = new AbortController()
      const hangs = expect(engine.generate(job, abort)).rejects.toMatchObject({ code: 'engine_crashed' })
      abort.abort()
      clock.advance(MINUTE_MS - 1)
      expect(engine.state().name).toBe('ready')
      clock.advance(1)
      await hangs
      await settle()
      clock.advance(10_000)
    }
    expect(engine.info.provider).toBe('cpu')
    expect(engine.state().detail).toBe('Running on cpu since cuda failed 3 times in a row')
    await engine.generate(job, { signal })
  })

  it('after three restarts in a row that hang, each for as long as a start may take', async () => {
    let isBroken = false
    const { clock, devices, options } = setUp((device) => {
      if (!isBroken || device.config.provider === 'cpu') device.ready()
    })
    await using engine = await createLocalEngine(options)
    isBroken = true
    devices.last.dies()
    // Two starts more, of two minutes each, with the pauses between.
    clock.advance(2 * 120_000 + 30_000)
    await settle()
    clock.advance(10_000)
    expect(engine.info.provider).toBe('cpu')
    expect(engine.state().name).toBe('ready')
  })
})

describe('a child that opens one large file', () => {
  it.each([
    ['has two minutes', {}, 2],
    ['has as long as a picture may take, where that is longer', { deadlineMs: 10 * MINUTE_MS }, 10],
  ])('%s', async (_, change, minutes) => {
    const { clock, devices, options } = setUp(() => undefined, { provider: 'cpu', ...change })
    await using engine = await openLocalEngine(options)
    clock.advance(minutes * MINUTE_MS - 1)
    expect(devices.started).toHaveLength(1)
    devices.last.ready()
    expect(engine.state().name).toBe('ready')
  })

  it('and hangs is ended, deadline or not', async () => {
    const { clock, devices, options } = setUp(() => undefined, { provider: 'cpu', deadlineMs: 3 * MINUTE_MS })
    await using _engine = await openLocalEngine(options)
    clock.advance(3 * MINUTE_MS + 200)
    expect(devices.started).toHaveLength(2)
  })
})

describe('a size that the device has no memory for', () => {
  const LARGE = { width: 128, height: 128 }
  const signal = new AbortController().signal

  it('ends its frames for good, and nothing else: it is not tried again for ten minutes', async () => {
    const { clock, devices, options } = setUp((device) => {
      device.ready()
      device.works(({ width }) => width < 128)
    })
    await using engine = await createLocalEngine(options)
    const small = await jobFor(engine)
    const large = { ...(await jobFor(engine)), ...LARGE }
    for (let i = 0; i < 5; i++) {
      await expect(engine.generate(large, { signal })).rejects.toMatchObject({
        code: 'invalid_params',
        message: expect.stringMatching(
          /^The device has no memory to paint at 128x128; choose a smaller size, such as 64x64/,
        ),
        place: { field: 'width', value: '128x128' },
      })
      await engine.generate(small, { signal })
      clock.advance(1000)
    }
    expect(devices.started).toHaveLength(1)
    expect(devices.last.jobs).toEqual(['128x128', ...Array.from({ length: 5 }, () => '64x64')])
    expect([engine.info.provider, engine.state().name]).toEqual(['cuda', 'ready'])
    clock.advance(10 * MINUTE_MS)
    await expect(engine.generate(large, { signal })).rejects.toMatchObject({ code: 'invalid_params' })
    expect(devices.last.jobs.at(-1)).toBe('128x128')
  })

  it('may have it on the next provider', async () => {
    const { clock, devices, options } = setUp((device) => {
      device.ready()
      device.works(({ width }) => width < 128 || device.config.provider === 'cpu')
    })
    await using engine = await createLocalEngine(options)
    const large = { ...(await jobFor(engine)), ...LARGE }
    await expect(engine.generate(large, { signal })).rejects.toMatchObject({ code: 'invalid_params' })
    for (let i = 0; i < 3; i++) {
      devices.last.dies()
      await settle()
      clock.advance(5000)
    }
    expect(engine.info.provider).toBe('cpu')
    await engine.generate(large, { signal })
  })
})

describe('a child that holds the memory of larger calls than pay', () => {
  it.each([
    ['some do', 2],
    ['one row alone does', 1],
  ])('is started anew with those that do, once: %s', async (_, lanes) => {
    const { clock, devices, options } = setUp((device) => device.ready(lanes, device.config.maxRows ?? 8))
    const engine = await openLocalEngine(options)
    await using _engine = engine
    clock.advance(MINUTE_MS)
    await engine.started
    const told = devices.started.map(({ config }) => [config.provider, config.maxRows, config.maxRowsReason])
    expect(told).toEqual([
      ['cuda', undefined, undefined],
      ['cuda', lanes, `${lanes} of 8`],
    ])
    // One that ends later keeps to it.
    devices.last.dies()
    clock.advance(5000)
    expect(devices.last.config.maxRows).toBe(lanes)
    expect([devices.started.length, engine.slots]).toEqual([3, lanes])
  })

  it('is left as it is where its memory comes back', async () => {
    const { devices, options } = setUp((device) => device.ready(1, 8), { provider: 'cpu' })
    await using _engine = await createLocalEngine(options)
    expect(devices.started).toHaveLength(1)
  })
})

describe('the engine stays with its provider', () => {
  it('when jobs are done between failures that are far apart', async () => {
    const { clock, devices, options } = setUp((device) => {
      device.ready()
      device.works()
    })
    await using engine = await createLocalEngine(options)
    const job = await jobFor(engine)
    for (let i = 0; i < 5; i++) {
      await engine.generate(job, { signal: new AbortController().signal })
      devices.last.dies()
      clock.advance(2 * MINUTE_MS)
    }
    expect(engine.info.provider).toBe('cuda')
  })

  it('when a second slot cannot start beside the first, which is left out then', async () => {
    const { clock, devices, lines, options } = setUp(
      (device) => {
        if (devices.started.length === 1) {
          device.ready()
          device.works()
        } else device.dies()
      },
      { slots: 2 },
    )
    await using engine = await createLocalEngine(options)
    clock.advance(10 * MINUTE_MS)
    expect(engine.info.provider).toBe('cuda')
    // The first, and three tries of the second.
    expect(devices.started).toHaveLength(4)
    expect(lines).toContain('engine slot 2 could not start 3 times and is left out; the others go on')
    expect([engine.slots, engine.abreast]).toEqual([1, 1])
    await engine.generate(await jobFor(engine), { signal: new AbortController().signal })
  })

  it.each([
    ['dies of', (device: FakeDevice) => device.dies()],
    ['loses its device in', lost],
    ['hangs in', () => undefined],
  ])('when a child %s a call that was only tried: the next tries fewer rows', async (_, ends) => {
    const { clock, devices, lines, options } = setUp((device) => measuring(device, ends))
    const engine = await openLocalEngine(options)
    await using _engine = engine
    clock.advance(10 * MINUTE_MS)
    await engine.started
    expect(engine.info.provider).toBe('cuda')
    expect(devices.started.map(({ config }) => config.maxRows)).toEqual([undefined, 4, 2])
    expect(engine.slots).toBe(2)
    expect(lines).toContain('a call of 4 rows ended the engine process; it tries 2 at most')
  })

  it('when a child dies of latents that stay on the device: those of the next come back', async () => {
    const onStart = (device: FakeDevice) => {
      if (device.config.latents === undefined) return device.ready()
      device.events.onMessage({ type: 'measuring', trial: 'latents' })
      device.dies()
    }
    const candidates = [{ provider: 'webgpu' as const, lacks: undefined }]
    const { clock, devices, lines, options } = setUp(onStart, { candidates })
    const engine = await openLocalEngine(options)
    await using _engine = engine
    clock.advance(MINUTE_MS)
    await engine.started
    expect(engine.info.provider).toBe('webgpu')
    const [first, ...others] = devices.started.map(({ config }) => config.latents)
    expect([first, new Set(others)]).toEqual(['measured', new Set([undefined])])
    expect(lines).toContain(
      'a picture with its latents on the device ended the engine process; they come back after every step from now on',
    )
  })
})

/** As the child does whose device survives calls of two rows. */
function measuring(device: FakeDevice, ends: (device: FakeDevice) => void): void {
  const { maxRows = 8 } = device.config
  // It must not come through by luck: with more rows to try it fails at the most, then at the next.
  device.events.onMessage({ type: 'measuring', trial: maxRows })
  if (maxRows > 2) return ends(device)
  device.events.onMessage({ type: 'measuring', trial: 1 })
  device.ready(maxRows)
}

function lost(device: FakeDevice): void {
  device.events.onMessage({ type: 'unusable', code: 'provider_failed', message: 'device lost' })
}

describe('a model in float16, which a CPU keeps in float32,', () => {
  const modelDir = toyFolder('sd-turbo-half')
  /** Free is as much as it takes on cuda, and not twice that. */
  async function tight() {
    const { manifest } = await readModelFolder(modelDir)
    const freeBytes = await modelBytes(modelDir, manifest, 'cuda')
    return { modelDir, memory: () => ({ totalBytes: 1e12, freeBytes }) }
  }

  it('is refused where it would run on a CPU without room for that', async () => {
    const none = [{ provider: 'cpu' as const, lacks: undefined }]
    const { options } = setUp(healthyOnCpu, { ...(await tight()), candidates: none })
    await expect(createLocalEngine(options)).rejects.toMatchObject({
      code: 'model_too_large',
      message: expect.stringMatching(/needs at least .* of memory on provider cpu/),
    })
  })

  it('is not moved to a CPU without room for that', async () => {
    const { clock, devices, lines, options } = setUp(healthyOnCpu, await tight())
    await using engine = await createLocalEngine(options)
    for (let i = 0; i < 4; i++) {
      devices.last.dies()
      await settle()
      clock.advance(5000)
    }
    expect(engine.info.provider).toBe('cuda')
    expect(engine.state().name).toBe('ready')
    expect(lines).toContain('no other provider can take over')
  })

  it('and when it cannot start elsewhere, both reasons are told', async () => {
    const { options } = setUp(lost, await tight())
    await expect(createLocalEngine(options)).rejects.toMatchObject({
      code: 'provider_failed',
      message: expect.stringMatching(/^device lost; .* of memory on provider cpu/),
    })
  })
})
