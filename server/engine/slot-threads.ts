import { usableCores } from './cores.ts'

/** Live frames of one session that run at the same time where there are processes for them: with a third, each would only be later. */
export const MOST_ABREAST = 2

/**
 * Threads of each process's runs. Of several that are free the first is taken, so of two the first may use all cores,
 * for frames that come alone: one process with all and one with half of the cores paint as many pictures as two halves do.
 */
export function slotThreads(slots: number, asked?: number, cores = usableCores()): readonly number[] {
  const share = Math.max(1, Math.floor(cores / slots))
  return Array.from({ length: slots }, (_, at) => asked ?? (slots === 2 && at === 0 ? cores : share))
}
