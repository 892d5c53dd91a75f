import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { goOn, isWhole, writeReport, type Report } from './report.ts'

const fresh: Report = {
  date: '2026-11-22T12:00:00.000Z',
  provider: 'webgpu',
  device: 'NVIDIA H200, 580, 143771 MiB',
  onnxruntime: '1.30.0',
  machine: { cpu: 'Xeon', cores: 16, node: '20.20.2', calibrationGflops: 900 },
  about: {
    size: { width: 512, height: 512 },
    batches: [1, 2],
    dtype: 'float16',
    attention: 'plain',
    text: 768,
    parameters: { unet: 859_600_000 },
  },
  frameEnds: 'pixels',
  latents: 'host',
  figures: {},
}
const figure = { openMs: 9000, firstMs: 700, ms: { p50: 50, p95: 52, runs: 40 }, perSecond: 20 }

async function inFolder(use: (path: string, dir: string) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'sketchwire-report-'))
  try {
    await use(join(dir, 'webgpu.json'), dir)
  } finally {
    await rm(dir, { recursive: true })
  }
}

describe('a report that is gone on from', () => {
  it('keeps its figures, and is about the machine and the batches of now', () =>
    inFolder(async (path, dir) => {
      const figures = { 'unet.b1': figure, 'unet.b8': { failed: 'no memory', gpu: { memoryRiseMiB: 9 } } }
      writeReport(path, { ...fresh, figures, about: { ...fresh.about, batches: [1] } })
      const later = { ...fresh, date: '2026-11-22T13:00:00.000Z' }
      expect(await goOn(path, later)).toEqual({ ...later, figures })
      expect(await readdir(dir)).toEqual(['webgpu.json'])
    }))

  it('is a new one where there is none', () =>
    inFolder(async (path) => expect(await goOn(path, fresh)).toBe(fresh)))

  it.each<[string, Partial<Report>, string]>([
    ['provider', { provider: 'cuda' }, 'provider (cuda, now webgpu)'],
    ['device', { device: undefined }, 'device (none, now NVIDIA H200, 580, 143771 MiB)'],
    ['dtype', { about: { ...fresh.about, dtype: 'float32' } }, 'dtype (float32, now float16)'],
    ['place of latents', { latents: 'device' }, 'place of latents (device, now host)'],
    ['kind of frames', { frameEnds: 'jpeg' }, 'end of frames (jpeg, now pixels)'],
  ])('is refused where it has another %s', (_, change, words) =>
    inFolder(async (path) => {
      writeReport(path, { ...fresh, ...change })
      await expect(goOn(path, fresh)).rejects.toThrow(
        `${path} has figures of another ${words}: name another file with --json, or delete it`,
      )
    }),
  )

  it.each(['{"figures": {}}', '{"date": "2026', '[]'])('is refused where it is none: %s', (text) =>
    inFolder(async (path) => {
      await writeFile(path, text)
      await expect(goOn(path, fresh)).rejects.toThrow('is no report of this bench')
      expect(await readFile(path, 'utf8')).toBe(text)
    }),
  )
})

it('is whole when nothing failed and nothing is in doubt', () => {
  const whole = (...figures: Report['figures'][string][]) =>
    isWhole({ ...fresh, figures: Object.fromEntries(figures.entries()) })
  expect(whole(figure, { ...figure, gpu: { memoryRiseMiB: 1700 } })).toBe(true)
  expect(whole(figure, { failed: 'no memory' })).toBe(false)
  expect(whole({ ...figure, doubt: 'another device' })).toBe(false)
})
