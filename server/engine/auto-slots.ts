import { availableParallelism } from 'node:os'
import type { Manifest } from './manifest.ts'
import { modelBytes } from './model-folder.ts'

/** Live frames of one session that run at the same time where there is room: with a third, each would only be later. */
export const MOST_ABREAST = 2

/** A second copy of more would be felt in the machine's memory. */
const SMALL_BYTES = 100e6

/**
 * Processes for a model that nobody gave a number for: two of a small one on a CPU, else one. The hundreds of small
 * nodes of its graphs keep two cores poorly busy; two pictures at a time do (`npm run bench`: "at a time").
 */
export async function autoSlots(
  model: { readonly modelDir: string; readonly manifest: Manifest },
  machine: { readonly provider: string; readonly cores: number },
): Promise<number> {
  if (machine.provider !== 'cpu' || machine.cores < 2) return 1
  return (await modelBytes(model.modelDir, model.manifest)) <= SMALL_BYTES ? MOST_ABREAST : 1
}

/** One entry per process: the threads of its runs. */
export async function chooseThreads(
  { slots = 1, threads }: { readonly slots?: number | 'auto'; readonly threads?: number },
  {
    provider,
    ...model
  }: { readonly modelDir: string; readonly manifest: Manifest; readonly provider: string },
): Promise<readonly number[]> {
  const cores = availableParallelism()
  const count = slots === 'auto' ? await autoSlots(model, { provider, cores }) : slots
  const share = Math.max(1, Math.floor(cores / count))
  // Of several that are free the first is taken: a frame that comes alone has all cores.
  const first = slots === 'auto' ? cores : share
  return Array.from({ length: count }, (_, at) => threads ?? (at === 0 ? first : share))
}
