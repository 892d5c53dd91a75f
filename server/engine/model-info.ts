import type { ModelInfo } from '../../lib/protocol/params.ts'
import type { Manifest } from './manifest.ts'

/** What a client must know; `provider` is where the graphs run. */
export function modelInfo(manifest: Manifest, provider: string): ModelInfo {
  const { id, name, files, limits, scheduler, guidance, defaults, refine, words } = manifest
  return {
    id,
    name,
    provider,
    sizes: files.sizes.map(({ width, height }) => ({ width, height })),
    limits,
    originalInferenceSteps: scheduler.originalInferenceSteps,
    strengthSemantics: scheduler.strengthSemantics,
    sampler: scheduler.sampler,
    ...(guidance.negative === undefined ? {} : { negativePrompt: true }),
    defaults,
    ...(refine === undefined ? {} : { refine }),
    words,
  }
}
