import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { drawingEncoder, type Draw } from '../testing/drawing-encoder.ts'
import { POCKET_MODEL, toyFolder } from '../testing/models.ts'
import { readOnnxHeader } from './onnx-header.ts'

const unet = join(toyFolder('lcm-optimum'), 'unet/model.onnx')

describe('readOnnxHeader', () => {
  it('tells names, types and shapes, symbolic ones by name, and where the weights are', () => {
    const { inputs, outputs, externalFiles } = readOnnxHeader(unet)
    expect(inputs).toEqual([
      { name: 'sample', type: 'float32', shape: ['batch_size', 'num_channels', 'height', 'width'] },
      { name: 'timestep', type: 'int64', shape: [] },
      { name: 'encoder_hidden_states', type: 'float32', shape: ['batch_size', 'sequence_length', 8] },
      { name: 'timestep_cond', type: 'float32', shape: ['batch_size', 256] },
    ])
    expect(outputs.map(({ name }) => name)).toEqual(['out_sample'])
    expect(externalFiles).toEqual(['model.onnx_data'])
  })

  it('reads a real graph of pocket', () => {
    const { inputs, externalFiles } = readOnnxHeader(join(POCKET_MODEL, 'unet.256x256.onnx'))
    expect(inputs.find(({ name }) => name === 'sample')?.shape).toEqual(['batch', 16, 32, 32])
    expect(externalFiles).toEqual(['weights.bin'])
  })

  it('counts weights in the file and beside it, those of float16 apart', () => {
    const { half, other } = readOnnxHeader(join(POCKET_MODEL, 'unet.256x256.onnx')).weightBytes
    expect(half).toBeGreaterThan(10_000_000)
    expect(half).toBeLessThan(statSync(join(POCKET_MODEL, 'weights.bin')).size)
    expect(other).toBeLessThan(100_000)
    expect(readOnnxHeader(unet).weightBytes).toMatchObject({ half: 0 })
  })

  it('names the operators', () => {
    const { operators } = readOnnxHeader(unet)
    expect([...operators]).toEqual(
      expect.arrayContaining(['Conv', 'ReduceMean', 'Slice', 'Reshape', 'Cast', 'Mul', 'Add', 'Identity']),
    )
    expect(readOnnxHeader(join(POCKET_MODEL, 'unet.256x256.int8.onnx')).operators).toContain('QuantizeLinear')
  })

  it.each<[Draw, string[]]>([
    ['like', ['AveragePool', 'Conv', 'RandomNormalLike', 'Mul', 'Add']],
    ['in a branch', ['AveragePool', 'Conv', 'If', 'RandomNormalLike', 'Mul', 'Add']],
    ['in a function', ['AveragePool', 'Conv', 'Drawn', 'Mul', 'Add', 'RandomNormalLike']],
  ])('names those of subgraphs and functions: noise %s', async (draw, operators) => {
    const dir = await mkdtemp(join(tmpdir(), 'sketchwire-onnx-'))
    try {
      await writeFile(join(dir, 'model.onnx'), drawingEncoder(draw))
      const header = readOnnxHeader(join(dir, 'model.onnx'))
      expect([...header.operators]).toEqual(operators)
      expect(header.outputs).toEqual([{ name: 'latent_sample', type: 'float32', shape: [1, 4, 8, 12] }])
    } finally {
      await rm(dir, { recursive: true })
    }
  })

  it('refuses what is no graph, or ends too soon at any byte', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'sketchwire-onnx-'))
    const path = join(dir, 'model.onnx')
    const whole = await readFile(unet)
    try {
      for (const bytes of [
        Buffer.from('<html>404</html>'),
        Buffer.alloc(0),
        ...[1, 2, 3, 7].map((part) => whole.subarray(0, Math.floor((whole.length * part) / 8))),
      ]) {
        await writeFile(path, bytes)
        expect(() => readOnnxHeader(path)).toThrow(/model.onnx is not an ONNX graph \(.+\); install/)
      }
      expect(() => readOnnxHeader(join(dir, 'none.onnx'))).toThrow(/none.onnx is missing/)
    } finally {
      await rm(dir, { recursive: true })
    }
  })
})
