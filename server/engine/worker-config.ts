// What a child is told; asked at every start, because the provider may be another by then.
import { defaultBudgetBytes } from './graph-memory.ts'
import type { RowLimit } from './batch/row-limits.ts'
import type { BatchingChoice, LocalEngineOptions } from './local-options.ts'
import type { Manifest } from './manifest.ts'
import type { FoundPrecision } from './precision.ts'
import type { WorkerConfig } from './slot-protocol.ts'

/** Where rows of several pictures in one call are faster than one after the other: never on a CPU (docs/bench). */
const BATCHING_PROVIDERS: ReadonlySet<string> = new Set(['cuda', 'webgpu'])

function workerBatching(choice: BatchingChoice, provider: string): Pick<WorkerConfig, 'batching'> {
  if (choice === 'on') return { batching: 'always' }
  return choice === 'auto' && BATCHING_PROVIDERS.has(provider) ? { batching: 'measured' } : {}
}

/** The only one of which onnxruntime-node keeps tensors on the device (docs/bench). */
const KEEPS_LATENTS = 'webgpu'

function workerLatents({ provider, latentsComeBack }: Now): Pick<WorkerConfig, 'latents'> {
  return provider === KEEPS_LATENTS && !latentsComeBack ? { latents: 'measured' } : {}
}

export interface Now {
  readonly manifest: Manifest
  readonly provider: string
  readonly found: FoundPrecision | undefined
  readonly threads: number
  /** Processes that share the memory. */
  readonly slots: number
  /** What is known of calls of several rows on this device. */
  readonly rowLimit: RowLimit | undefined
  /** Latents that stay on the device ended a process. */
  readonly latentsComeBack: boolean
}

export function workerConfig(options: LocalEngineOptions, now: Now): WorkerConfig {
  const { modelDir, batching = 'auto', precision = 'auto' } = options
  const { manifest, provider, found, threads, rowLimit } = now
  return {
    modelDir,
    provider,
    precision: found?.name ?? precision,
    threads,
    ...workerBatching(batching, provider),
    ...(rowLimit === undefined ? {} : { maxRows: rowLimit.rows, maxRowsReason: rowLimit.reason }),
    ...workerLatents(now),
    memoryBudgetBytes: options.memoryBudgetBytes ?? defaultBudgetBytes(now.slots),
    safetyChecker: options.safetyChecker ?? manifest.safetyChecker?.enabled ?? false,
  }
}
