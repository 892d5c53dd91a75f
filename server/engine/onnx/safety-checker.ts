// diffusers' safety checker as a graph of its own: a finished picture in, one bit out. What it flags is painted black.
import { join } from 'node:path'
import { AppError } from '../../../lib/std/errors.ts'
import { coverSquare, type RgbImage } from '../codec.ts'
import type { Manifest } from '../manifest.ts'
import { orRelease } from './or-release.ts'
import { openGraph, type Graph, type Port, type RuntimeOptions, type TensorValue } from './runtime.ts'
import { inTurn } from './timed.ts'

export interface SafetyChecker {
  /** True when the picture must not be shown. */
  flags(picture: RgbImage): Promise<boolean>
  release(): Promise<void>
}

const PICTURE = 'clip_input'
const VERDICT = 'has_nsfw_concepts'

/** @throws AppError `model_unloadable` or `model_unexpected_io`, naming the file. */
export async function openSafetyChecker(
  modelDir: string,
  config: NonNullable<Manifest['safetyChecker']>,
  runtime: RuntimeOptions,
): Promise<SafetyChecker> {
  const graph = await openGraph(join(modelDir, config.file), runtime)
  await orRelease(graph, () => checkPorts(graph, config.side))
  const others = graph.inputs.filter(({ name }) => name !== PICTURE).map(blank)
  return {
    async flags(picture) {
      const square = await coverSquare(picture, config.side)
      const input = { data: normalised(square, config), dims: [1, 3, config.side, config.side] }
      const feeds = Object.fromEntries([[PICTURE, input] as const, ...others])
      const [verdict] = await inTurn(() => graph.run(feeds, [VERDICT]))
      return verdict?.data[0] === 1
    },
    release: () => graph.release(),
  }
}

function checkPorts(graph: Graph, side: number): void {
  const input = graph.inputs.find(({ name }) => name === PICTURE)
  const output = graph.outputs.find(({ name }) => name === VERDICT)
  const fits = input?.shape.slice(1).every((dim, i) => typeof dim === 'string' || dim === [3, side, side][i])
  if (fits && input?.type === 'float32' && output?.type === 'bool') return
  const found = [...graph.inputs, ...graph.outputs].map(
    ({ name, type, shape }) => `${name} ${type}[${shape.join(',')}]`,
  )
  const message = `${graph.path} has ${found.join(', ')}; expected diffusers' safety checker: ${PICTURE} float32[1,3,${side},${side}] in, ${VERDICT} bool[1] out. Export it again, or start with --safety-checker off`
  throw new AppError('model_unexpected_io', message)
}

/** diffusers' export also takes the picture it would blank; that is done here, so it gets a small empty one. */
function blank({ name, shape }: Port): readonly [string, TensorValue] {
  const dims = shape.map((dim, i) => (typeof dim === 'number' ? dim : ([1, 8, 8, 3][i] ?? 1)))
  return [name, { data: new Float32Array(dims.reduce((size, dim) => size * dim, 1)), dims }]
}

/** [S,S,3] bytes -> [3,S,S] as CLIP's pictures are normalised. */
function normalised(
  rgb: Uint8Array,
  { side, mean, std }: NonNullable<Manifest['safetyChecker']>,
): Float32Array {
  const plane = side * side
  const values = new Float32Array(3 * plane)
  for (let i = 0; i < plane; i++)
    for (let c = 0; c < 3; c++)
      values[c * plane + i] = ((rgb[3 * i + c] ?? 0) / 255 - (mean[c] ?? 0)) / (std[c] ?? 1)
  return values
}
