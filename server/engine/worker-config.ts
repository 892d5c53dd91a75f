// What a child is told; asked at every start, because the provider may be another by then.
import { defaultBudgetBytes } from './graph-memory.ts'
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

export interface Now {
  readonly manifest: Manifest
  readonly provider: string
  readonly found: FoundPrecision | undefined
  readonly threads: number
  /** Processes that share the memory. */
  readonly slots: number
  /** Most rows this device is known to survive. */
  readonly maxRows: number | undefined
}

export function workerConfig(options: LocalEngineOptions, now: Now): WorkerConfig {
  const { modelDir, batching = 'auto', precision = 'auto' } = options
  const { manifest, provider, found, threads, maxRows } = now
  return {
    modelDir,
    provider,
    precision: found?.name ?? precision,
    threads,
    ...workerBatching(batching, provider),
    ...(maxRows === undefined ? {} : { maxRows }),
    memoryBudgetBytes: options.memoryBudgetBytes ?? defaultBudgetBytes(now.slots),
    safetyChecker: options.safetyChecker ?? manifest.safetyChecker?.enabled ?? false,
  }
}
