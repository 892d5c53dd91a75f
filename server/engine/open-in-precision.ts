import { join, normalize, resolve } from 'node:path'
import type { Schedule } from '../../lib/lcm/schedule.ts'
import { messageOf } from '../../lib/std/errors.ts'
import type { Manifest } from './manifest.ts'
import { inInt8 } from './manifest-files.ts'
import { openModels, type OnnxModels, type OnnxModelsOptions } from './onnx/models.ts'
import { comparePrecisions, type FoundPrecision, type PrecisionChoice } from './precision.ts'
import { rehearsalOf, type Rehearsal } from './rehearsal.ts'

export interface InPrecisionOptions extends OnnxModelsOptions {
  /** Default 'auto'. */
  readonly precision?: PrecisionChoice
  readonly schedule: Schedule
}

export interface InPrecision {
  readonly models: OnnxModels
  readonly precision: FoundPrecision
}

/**
 * Opens the graphs that are best here; where there are two sets, both are open for a moment.
 * @throws AppError `model_unloadable` or `model_unexpected_io`, naming the file: of the float32 graphs, or of those
 *   that were asked for. Int8 graphs that cannot be opened are a reason for float32, no error. What the float32 graphs
 *   throw when they are tried comes out as it is.
 */
export async function openInPrecision(options: InPrecisionOptions): Promise<InPrecision> {
  const { manifest, provider, precision = 'auto' } = options
  const int8 = inInt8(manifest)
  if (int8 === undefined) return float32(options, 'the model has no int8 graphs')
  if (provider !== 'cpu') return float32(options, 'the int8 graphs are for provider cpu')
  if (precision === 'float32') return float32(options, 'float32 was asked for')
  if (precision === 'int8') {
    const models = await openModels({ ...options, manifest: int8 })
    return { models, precision: { name: 'int8', reason: 'int8 was asked for' } }
  }
  return findBest(options, int8)
}

async function float32(options: InPrecisionOptions, reason: string): Promise<InPrecision> {
  return { models: await openModels(options), precision: { name: 'float32', reason } }
}

async function findBest(options: InPrecisionOptions, manifest: Manifest): Promise<InPrecision> {
  const { schedule } = options
  const plain = await openModels(options)
  const rehearsal = rehearsalOf({ models: plain, manifest, schedule })
  let fault: unknown
  const float32: Rehearsal = () =>
    rehearsal().catch((error: unknown) => {
      fault = error
      throw error
    })
  const maxError = manifest.files.int8?.maxError ?? 0
  let quantised: OnnxModels | undefined
  let precision: FoundPrecision
  try {
    quantised = await openModels({ ...options, manifest })
    const int8 = rehearsalOf({ models: quantised, manifest, schedule })
    const nowMs = () => performance.now()
    precision = await comparePrecisions({ float32, int8, maxError, nowMs })
  } catch (error) {
    // What the float32 graphs cannot do is no fault of the others.
    if (error === fault) {
      await Promise.all([plain.release(), quantised?.release()])
      throw error
    }
    precision = {
      name: 'float32',
      reason: `int8 failed: ${withoutFolder(messageOf(error), options.modelDir)}`,
    }
  }
  const [models, other] = precision.name === 'int8' && quantised ? [quantised, plain] : [plain, quantised]
  await other?.release()
  return { models, precision }
}

/** Everybody may read the reason: it names the file, and not where it lies (SPEC E2). */
function withoutFolder(text: string, folder: string): string {
  return [resolve(folder), normalize(folder)].reduce((rest, one) => rest.replaceAll(join(one, '/'), ''), text)
}
