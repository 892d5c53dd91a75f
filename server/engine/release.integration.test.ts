// What was opened is released when the opening fails: a child that goes on with other graphs keeps no memory of these.
import { writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { beforeEach, expect, it, vi } from 'vitest'
import { createSchedule } from '../../lib/lcm/index.ts'
import { readManifest, schedulerConfig } from './manifest.ts'
import { openModels } from './onnx/models.ts'
import { openInPrecision } from './open-in-precision.ts'
import { copyModel, POCKET_MODEL, TOY_MODEL } from './testing/models.ts'

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
