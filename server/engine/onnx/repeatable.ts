// The same sketch, prompt and seed give the same picture (SPEC F7), so no graph may draw random numbers of its own:
// onnxruntime goes on in its sequence from run to run, and a seed in the graph only says where the first begins.
import { readFile } from 'node:fs/promises'
import { AppError } from '../../../lib/std/errors.ts'
import { readOnnxHeader } from '../folder/onnx-header.ts'
import { openGraph, type Graph, type RuntimeOptions } from './runtime.ts'
import { NORMAL_NOISE, withoutNoise } from './without-noise.ts'

const RANDOM: readonly string[] = [
  ...NORMAL_NOISE,
  'RandomUniform',
  'RandomUniformLike',
  'Bernoulli',
  'Multinomial',
]

/** @throws AppError `model_unsupported` for a graph that draws random numbers; else as `openGraph`. */
export async function openRepeatable(path: string, runtime: RuntimeOptions): Promise<Graph> {
  refuse(path, randomOperators(path))
  return openGraph(path, runtime)
}

/**
 * Many an export of 2023 has `vae_encoder.encode(x).latent_dist.sample()` in its graph: mean + deviation * noise. The
 * noise is taken out of it, as the mean is taken of a posterior that is given whole.
 * @throws AppError as `openRepeatable`, for other draws than that.
 */
export async function openImageEncoder(path: string, runtime: RuntimeOptions): Promise<Graph> {
  const random = randomOperators(path)
  refuse(
    path,
    random.filter((name) => !NORMAL_NOISE.has(name)),
  )
  return random.length === 0
    ? openGraph(path, runtime)
    : openGraph(path, runtime, withoutNoise(await readFile(path)))
}

function randomOperators(path: string): readonly string[] {
  const { operators } = readOnnxHeader(path)
  return RANDOM.filter((name) => operators.has(name))
}

function refuse(path: string, random: readonly string[]): void {
  if (random.length === 0) return
  const message = `${path} draws random numbers (${random.join(', ')}): the same drawing and seed would give another picture each time; export it again without them, or choose another model`
  throw new AppError('model_unsupported', message)
}
