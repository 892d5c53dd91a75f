// What was opened is released when the opening fails: a child that goes on with other graphs keeps no memory of these.
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { InferenceSession } from 'onnxruntime-node'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createSchedule } from '../../lib/lcm/schedule.ts'
import { readManifest } from './read-manifest.ts'
import { schedulerConfig } from './scheduler-config.ts'
import { readModelFolder } from './model-folder.ts'
import { openModels } from './onnx/models.ts'
import { openGraph } from './onnx/runtime.ts'
import { openInPrecision } from './open-in-precision.ts'
import { openRenderer } from './render.ts'
import { copyModel, copyModelFolder, POCKET_MODEL, TOY_MODEL, toyFolder } from './testing/models.ts'
import { graph, model, node, sequencePort } from './testing/tiny-onnx.ts'

/** Files of the graphs that are open. */
const open = vi.hoisted(() => new Map<object, string>())

// The real runtime, counted.
vi.mock(import('./onnx/runtime.ts'), async (importOriginal) => {
  const runtime = await importOriginal()
  return {
    ...runtime,
    async openGraph(...asked) {
      const graph = await runtime.openGraph(...asked)
      open.set(graph, basename(graph.path))
      const release = async () => {
        open.delete(graph)
        await graph.release()
      }
      return { ...graph, release }
    },
  }
})
beforeEach(() => open.clear())

const cpu = { provider: 'cpu', threads: 2 }

async function optionsOf(modelDir: string) {
  const manifest = await readManifest(modelDir)
  return { modelDir, manifest, schedule: createSchedule(schedulerConfig(manifest)), ...cpu }
}

it('releases the text encoder of a model whose first size cannot be opened', async () => {
  await using copy = await copyModel(TOY_MODEL)
  const options = await optionsOf(copy.dir)
  const models = await openModels(options)
  expect([...open.values()].length).toBeGreaterThan(1)
  await models.release()
  expect([...open.values()]).toEqual([])
  const { width, height } = options.manifest.defaults
  const size = options.manifest.files.sizes.find((one) => one.width === width && one.height === height)
  await writeFile(join(copy.dir, size?.unet ?? ''), 'no graph')
  await expect(openModels(options)).rejects.toMatchObject({ code: 'model_unloadable' })
  expect([...open.values()]).toEqual([])
})

describe('a text encoder whose ports are not what the model needs', () => {
  const refused = { code: 'model_unexpected_io' }

  it('is released', async () => {
    const options = await optionsOf(TOY_MODEL)
    const { manifest } = options
    const tokenizer = { ...manifest.tokenizer, maxLength: manifest.tokenizer.maxLength + 1 }
    await expect(openModels({ ...options, manifest: { ...manifest, tokenizer } })).rejects.toMatchObject(
      refused,
    )
    expect([...open.values()]).toEqual([])
  })

  it('is released with the one before it', async () => {
    const modelDir = toyFolder('sdxl-lcm')
    const { manifest } = await readModelFolder(modelDir)
    const files = { ...manifest.files, textEncoder2: manifest.files.textEncoder }
    await expect(openModels({ modelDir, manifest: { ...manifest, files }, ...cpu })).rejects.toMatchObject(
      refused,
    )
    expect([...open.values()]).toEqual([])
  })
})

it('releases a safety checker that is something else, and the model it was for', async () => {
  await using copy = await copyModelFolder(toyFolder('lcm-optimum'))
  await cp(join(copy.dir, 'text_encoder'), join(copy.dir, 'safety_checker'), { recursive: true })
  const checked = openRenderer({ modelDir: copy.dir, safetyChecker: true, ...cpu })
  await expect(checked).rejects.toMatchObject({ code: 'model_unexpected_io' })
  expect([...open.values()]).toEqual([])
})

it('releases the session of a graph whose ports it cannot read', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'sketchwire-graph-'))
  const path = join(dir, 'model.onnx')
  await writeFile(
    path,
    model(graph({ nodes: [node('SequenceEmpty', [[], ['s']])], outputs: [sequencePort('s')] })),
  )
  const opened = vi.spyOn(InferenceSession, 'create')
  await expect(openGraph(path, cpu)).rejects.toMatchObject({ code: 'model_unexpected_io' })
  const session = await opened.mock.results[0]?.value
  opened.mockRestore()
  await rm(dir, { recursive: true })
  await expect(async () => await session.run({})).rejects.toThrow(/disposed/)
})

it('releases int8 graphs that cannot be opened', async () => {
  await using copy = await copyModel(POCKET_MODEL)
  await writeFile(join(copy.dir, 'unet.256x256.int8.onnx'), 'no graph')
  const { models, precision } = await openInPrecision(await optionsOf(copy.dir))
  expect(precision.reason).toMatch(/^int8 failed/)
  await models.release()
  expect([...open.values()]).toEqual([])
}, 60_000)

it('says of what the float32 graphs cannot do no more than they do, and releases both', async () => {
  const options = await optionsOf(POCKET_MODEL)
  const schedule = { ...options.schedule, alphasCumprod: [] }
  await expect(openInPrecision({ ...options, schedule })).rejects.toMatchObject({ name: 'ScheduleError' })
  expect([...open.values()]).toEqual([])
}, 60_000)
