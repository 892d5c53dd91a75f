import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { drawingEncoder, DRAWS_NORMALS } from '../testing/drawing-encoder.ts'
import { POCKET_MODEL } from '../testing/models.ts'
import { withoutNoise } from './without-noise.ts'

/** name "scale", f = 2^-126, type FLOAT. */
const SCALE = Buffer.from('0a057363616c651500008000a00101', 'hex')

function count(bytes: Buffer, wanted: Buffer | string): number {
  let found = 0
  for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + 1)) found += 1
  return found
}

describe('withoutNoise', () => {
  it.each(DRAWS_NORMALS)('gives every normal noise one scale, the least: %s', (draw) => {
    const quiet = withoutNoise(drawingEncoder(draw))
    const noises = draw === 'in a branch' ? 2 : 1
    expect(count(quiet, /shape/.test(draw) ? 'RandomNormal' : 'RandomNormalLike')).toBe(noises)
    expect(count(quiet, SCALE)).toBe(noises)
    expect(count(quiet, 'scale')).toBe(noises)
  })

  it('changes nothing else', async () => {
    const unet = await readFile(join(POCKET_MODEL, 'unet.256x256.int8.onnx'))
    expect(withoutNoise(unet).equals(unet)).toBe(true)
    for (const draw of ['none', 'RandomUniformLike'] as const) {
      const encoder = drawingEncoder(draw)
      expect(withoutNoise(encoder).equals(encoder)).toBe(true)
    }
    // What it has written before it writes again.
    const quiet = withoutNoise(drawingEncoder('in a branch'))
    expect(withoutNoise(quiet).equals(quiet)).toBe(true)
  })
})
