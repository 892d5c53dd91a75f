import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { autoSlots } from './auto-slots.ts'
import { readModelFolder } from './model-folder.ts'
import { POCKET_MODEL } from './testing/models.ts'

const CPU = { provider: 'cpu', cores: 2 }
let large = ''

beforeAll(async () => {
  large = await mkdtemp(join(tmpdir(), 'sketchwire-large-'))
  await writeFile(join(large, 'weights.bin'), '')
  await truncate(join(large, 'weights.bin'), 200e6)
})
afterAll(() => rm(large, { recursive: true }))

describe('autoSlots', () => {
  const pocket = async () => ({ modelDir: POCKET_MODEL, ...(await readModelFolder(POCKET_MODEL)) })

  it('takes two processes of a small model on a CPU with two cores or more', async () => {
    expect(await autoSlots(await pocket(), CPU)).toBe(2)
    expect(await autoSlots(await pocket(), { ...CPU, cores: 16 })).toBe(2)
  })

  it('takes one where there is one core, or a GPU', async () => {
    expect(await autoSlots(await pocket(), { ...CPU, cores: 1 })).toBe(1)
    expect(await autoSlots(await pocket(), { ...CPU, provider: 'webgpu' })).toBe(1)
  })

  it('takes one of a model whose weights are large', async () => {
    expect(await autoSlots({ ...(await pocket()), modelDir: large }, CPU)).toBe(1)
  })
})
