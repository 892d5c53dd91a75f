// Graphs that draw random numbers, run by onnxruntime: [F7] equal drawing and seed, equal picture.
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { generateWhenFree, jobFor } from '../engine.contract.ts'
import { createLocalEngine } from '../local-engine.ts'
import { silentLog } from '../log.ts'
import { drawingEncoder, DRAWS_NORMALS, MIX, type Draw } from '../testing/drawing-encoder.ts'
import { copyModelFolder, toyFolder } from '../testing/models.ts'
import { openImageEncoder, openRepeatable } from './repeatable.ts'
import { openGraph, type Graph } from './runtime.ts'

const runtime = { provider: 'cpu', threads: 1 }
const data = Float32Array.from({ length: 3 * 64 * 96 }, (_, i) => Math.sin(i * 0.37) + 0.2)

async function encode(graph: Graph): Promise<readonly number[]> {
  const [output] = await graph.run({ sample: { data, dims: [1, 3, 64, 96] } })
  return Array.from(output?.data ?? [], Number)
}

describe('an image encoder that draws from its posterior', () => {
  let dir: string
  let path: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sketchwire-encoder-'))
    path = join(dir, 'model.onnx')
  })
  afterEach(() => rm(dir, { recursive: true, force: true }))

  async function meanOf(): Promise<readonly number[]> {
    await writeFile(path, drawingEncoder('none'))
    const graph = await openGraph(path, runtime)
    const mean = await encode(graph)
    await graph.release()
    expect(Math.max(...mean.map(Math.abs))).toBeGreaterThan(0.1)
    return mean
  }

  it.each(DRAWS_NORMALS)('gives the mean, each time to the bit: noise %s', async (draw) => {
    const mean = await meanOf()
    await writeFile(path, drawingEncoder(draw))
    const drawing = await openGraph(path, runtime)
    // Else there is nothing to mend.
    expect(await encode(drawing)).not.toEqual(await encode(drawing))
    await drawing.release()
    const graph = await openImageEncoder(path, runtime)
    expect(await encode(graph)).toEqual(mean)
    expect(await encode(graph)).toEqual(mean)
    await graph.release()
  })

  it.each(['as it is', 'through a link'])('finds its weights beside it, its folder %s', async (how) => {
    const mean = await meanOf()
    await writeFile(path, drawingEncoder('like', { location: 'weights.bin', offset: 8 }))
    await writeFile(join(dir, 'weights.bin'), Buffer.concat([Buffer.alloc(8), Buffer.from(MIX.buffer)]))
    await mkdir(join(dir, 'links'))
    await symlink(dir, join(dir, 'links/model'))
    const folder = how === 'as it is' ? dir : join(dir, 'links/model')
    const graph = await openImageEncoder(join(folder, 'model.onnx'), runtime)
    expect(await encode(graph)).toEqual(mean)
    await graph.release()
  })

  it('is refused where it draws otherwise, and so is any other graph that draws', async () => {
    const refusal = (operator: string) => ({
      code: 'model_unsupported',
      message: expect.stringMatching(
        new RegExp(`model.onnx draws random numbers \\(${operator}\\): the same drawing.*; export it again`),
      ),
    })
    await writeFile(path, drawingEncoder('RandomUniformLike'))
    await expect(openImageEncoder(path, runtime)).rejects.toMatchObject(refusal('RandomUniformLike'))
    await writeFile(path, drawingEncoder('in a branch'))
    await expect(openRepeatable(path, runtime)).rejects.toMatchObject(refusal('RandomNormalLike'))
    await writeFile(path, drawingEncoder('none'))
    await (await openRepeatable(path, runtime)).release()
  })
})

describe('a model with such an encoder', () => {
  async function paint(draw: Draw): Promise<readonly Buffer[]> {
    await using copy = await copyModelFolder(toyFolder('lcm-lora-old'))
    await writeFile(join(copy.dir, 'vae_encoder/model.onnx'), drawingEncoder(draw))
    await using engine = await createLocalEngine({ modelDir: copy.dir, log: silentLog })
    const job = await jobFor(engine, { steps: 4, strength: 0.5 })
    const first = await generateWhenFree(engine, job)
    const second = await generateWhenFree(engine, job)
    return [first, second].map(({ image }) => Buffer.from(image))
  }

  it('paints the same picture of the same sketch, prompt and seed [F7]', async () => {
    const [first, second] = await paint('like')
    expect(first?.equals(second ?? Buffer.of())).toBe(true)
    expect((await paint('none'))[0]?.equals(first ?? Buffer.of())).toBe(true)
  })

  it('is refused at start where it draws otherwise', async () => {
    await expect(paint('RandomUniformLike')).rejects.toMatchObject({ code: 'model_unsupported' })
  })
})
