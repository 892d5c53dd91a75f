// Pictures made together are the pictures they would be alone: with the real graphs, in one process and through the
// engine's child process.
import { describe, expect, it } from 'vitest'
import { forkChild } from '../child.ts'
import { decodeImage } from '../codec.ts'
import { engineContract, generateWhenFree, jobFor, sketch } from '../engine.contract.ts'
import type { Job } from '../engine.ts'
import { createLocalEngine } from '../local-engine.ts'
import type { EngineLog } from '../log.ts'
import { silentLog } from '../log.ts'
import { readManifest } from '../read-manifest.ts'
import { openModels } from '../onnx/models.ts'
import { openRenderer } from '../render.ts'
import type { FromWorker } from '../slot-protocol.ts'
import { POCKET_MODEL, TOY_MODEL } from '../testing/models.ts'
import { parityModel, paritySketch, readReference } from '../testing/parity.ts'

function maxDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity
  return Array.from(a).reduce((worst, value, i) => Math.max(worst, Math.abs(value - (b[i] ?? NaN))), 0)
}

describe('rows of one call', () => {
  it.each([1, 2, 3, 5, 8])('are the rows alone, pocket, %i of them', async (count) => {
    const manifest = await readManifest(POCKET_MODEL)
    const models = await openModels({ modelDir: POCKET_MODEL, manifest, provider: 'cpu', threads: 2 })
    try {
      expect(models.alone).toBeUndefined()
      const size = { width: 256, height: 256 }
      const prompts = await Promise.all(['night sea', 'forest', 'a house', ''].map(models.encodePrompt))
      const rows = Array.from({ length: count }, (_, row) => ({
        sample: Float32Array.from({ length: 16 * 1024 }, (_, i) => Math.sin(i * (0.1 + row))),
        channels: 16,
        size,
        timestep: [999, 759, 499, 259, 639][row % 5] ?? 0,
        prompt: prompts[row % 4] ?? { data: new Float32Array(), dims: [1, 0, 0] as const },
        timestepCond: new Float32Array(256).fill(Math.cos(row)),
      }))
      const together = await models.predictRows(rows, count === 3 ? 4 : count === 5 ? 8 : count)
      expect(together).toHaveLength(count)
      for (const [i, row] of rows.entries())
        expect(maxDifference(together[i] ?? [], await models.predict(row)), `row ${i}`).toBeLessThan(1e-4)
    } finally {
      await models.release()
    }
  })
})

async function open(modelDir: string, batching: 'on' | 'off' | 'auto', log: EngineLog = silentLog) {
  return createLocalEngine({ modelDir, log, batching, provider: 'cpu' })
}

describe('an engine whose pictures share U-Net calls', () => {
  it('is not one on provider cpu unless asked, and says why where the U-Net cannot', async () => {
    const lines: unknown[] = []
    const log: EngineLog = { info: (fields) => lines.push(fields), warn: () => undefined }
    await using auto = await open(POCKET_MODEL, 'auto', log)
    expect(auto.slots).toBe(1)
    expect(JSON.stringify(lines)).not.toContain('batching')
    await using toy = await open(TOY_MODEL, 'on', log)
    expect(toy.slots).toBe(1)
    expect(lines).toContainEqual(
      expect.objectContaining({ batching: 'no batching: the U-Net cannot, its sample is for 1 row' }),
    )
  })

  // SD1.5's architecture, with and without two passes: models/golden/parity.
  it.each(['lcm', 'lora'])('paints what it paints alone: %s', async (pipeline) => {
    await using folder = await parityModel(pipeline)
    const { prompt, size } = await readReference()
    const jobs: Job[] = []
    await using single = await open(folder.dir, 'off')
    for (const [i, steps] of [4, 2, 3, 4, 1, 2].entries()) {
      const more = {
        prompt: i % 2 === 0 ? prompt : 'a red boat',
        guidanceScale: i % 3 === 0 ? 1.5 : 1,
        seed: i,
      }
      const image = i === 3 ? await sketch(size) : await paritySketch()
      const mode = i === 4 ? 'refine' : 'live'
      jobs.push(await jobFor(single, { ...size, ...more, steps, strength: 1, image, mode }))
    }
    const alone = []
    for (const job of jobs) alone.push(await generateWhenFree(single, job))
    await using engine = await open(folder.dir, 'on')
    expect(engine.slots).toBe(8)
    /** Which job did a step, until the first of them was done. */
    const steppedEarly = new Set<number>()
    let isOneDone = false
    const together = await Promise.all(
      jobs.map(async (job, i) => {
        const onStep = () => {
          if (!isOneDone) steppedEarly.add(i)
        }
        const result = await generateWhenFree(engine, job, { onStep })
        isOneDone = true
        return result
      }),
    )
    // One after the other, the first would be done before the second has begun.
    expect(steppedEarly.size).toBeGreaterThan(1)
    for (const [i, result] of together.entries()) {
      const [a, b] = await Promise.all([
        decodeImage(result.image, size),
        decodeImage(alone[i]?.image ?? result.image.subarray(1), size),
      ])
      expect(maxDifference(a, b), `job ${i}`).toBeLessThanOrEqual(1)
    }
  })
})

engineContract('local, the bundled model, batching', () => open(POCKET_MODEL, 'on'), 120_000)

describe('a renderer that measures', () => {
  it('has one lane or as many as it found to pay, and says why', async () => {
    const renderer = await openRenderer({
      modelDir: POCKET_MODEL,
      provider: 'cpu',
      threads: 2,
      batching: 'measured',
    })
    const { lanes, reason } = await renderer.warmUp()
    await renderer.release()
    expect([1, 2, 4, 8]).toContain(lanes)
    expect(reason).toMatch(
      lanes === 1
        ? /^no batching: more rows in a call are no faster \(1: .* ms, 2: .* ms, 4: .* ms, 8: .* ms\)$/
        : /^up to [248] rows in a call \(1: /,
    )
  })
})

describe('the process that measures its calls', () => {
  it('tells its parent of each before it begins, and when it is done with those that may end it', async () => {
    const workerUrl = new URL('../../../dist/server/engine/slot-worker.js', import.meta.url)
    const heard: FromWorker[] = []
    await new Promise<void>((resolve) => {
      const child = forkChild(
        workerUrl,
        silentLog,
      )({
        onMessage: (message) => {
          heard.push(message)
          if (message.type === 'ready' || message.type === 'unusable') child.kill()
        },
        onExit: () => resolve(),
      })
      const config = { modelDir: POCKET_MODEL, provider: 'cpu', threads: 1, batching: 'measured' } as const
      child.send({ type: 'start', config: { ...config, precision: 'float32', maxRows: 4 } })
    })
    const rows = heard.flatMap((message) => (message.type === 'measuring' ? [message.trial] : []))
    expect(rows).toEqual([1, 2, 4, 1])
    expect(heard.at(-1)).toMatchObject({ type: 'ready' })
  })
})
