// Whether pictures share U-Net calls here, and how many at a time: what the model allows, and what pays.
import type { PredictInput } from '../../../lib/lcm/models.ts'
import type { PixelSize } from '../codec.ts'
import type { Manifest } from '../manifest.ts'
import type { OnnxModels } from '../onnx/models.ts'
import type { WorkerConfig } from '../slot-protocol.ts'
import { systemClock } from '../system-clock.ts'
import { assumedCosts, measureCosts, rowsAt } from './measure-costs.ts'
import { BUCKETS } from './next-call.ts'
import { StepBatcher } from './step-batcher.ts'

/** Rows of a U-Net call where the manifest names no `maxBatch`. */
const MAX_ROWS = Math.max(...BUCKETS)

export interface SideBySide {
  /** Jobs that share U-Net calls; 1: one job at a time. */
  readonly lanes: number
  /** Why so many, in words; `undefined` where nobody asked for more than one. */
  readonly reason: string | undefined
  /** Most rows of a U-Net call that was made to find that out; absent where none was. */
  readonly tried?: number
}

export type FoundBatching = SideBySide & { readonly batcher?: StepBatcher }

export interface HowToBatch extends Pick<WorkerConfig, 'batching' | 'maxRows' | 'maxRowsReason'> {
  /** Told, and waited for, before the first call of so many rows. */
  readonly onCall: (rows: number) => Promise<void>
}

export async function findBatching(
  { manifest, models }: { readonly manifest: Manifest; readonly models: OnnxModels },
  { batching, maxRows: limit = Infinity, maxRowsReason, onCall }: HowToBatch,
): Promise<FoundBatching> {
  if (batching === undefined) return { lanes: 1, reason: undefined }
  const allowed = manifest.maxBatch ?? MAX_ROWS
  const maxRows = Math.min(allowed, limit)
  if (models.alone !== undefined)
    return { lanes: 1, reason: `no batching: the U-Net cannot, ${models.alone}` }
  if (allowed === 1) return { lanes: 1, reason: 'no batching: maxBatch of the manifest is 1' }
  if (maxRows === 1) return { lanes: 1, reason: maxRowsReason }
  const run = models.predictRows
  const { costs, rows, tried, reason } =
    batching === 'always'
      ? assumedCosts(maxRows)
      : await measureCosts({
          run,
          row: await anyRow(manifest, models),
          maxRows,
          onCall,
          nowMs: () => performance.now(),
        })
  if (rows === 1) return { lanes: 1, tried, reason: `no batching: ${reason}` }
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
  const most = (size: PixelSize) => rowsAt(size, manifest.defaults, rows)
  return {
    lanes: rows,
    tried,
    reason,
    batcher: new StepBatcher({ run, costs, most, clock: systemClock, turn }),
  }
}

async function anyRow(manifest: Manifest, models: OnnxModels): Promise<PredictInput> {
  const { width, height, prompt } = manifest.defaults
  const { latentChannels, downsample, timestepCondDim = 0 } = models
  const channels = latentChannels * (models.imageLatents === 'concat' ? 2 : 1)
  return {
    sample: new Float32Array((channels * width * height) / downsample ** 2),
    channels,
    size: { width, height },
    timestep: 499,
    prompt: await models.encodePrompt(prompt),
    timestepCond: timestepCondDim === 0 ? undefined : new Float32Array(timestepCondDim),
  }
}
