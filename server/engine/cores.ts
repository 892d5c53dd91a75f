// How many threads this process may keep busy: the cores it may run on, or what a container's CPU quota pays for, whichever
// is less. Node 20 knows of no quota; threads beyond it only make the kernel stop all of them.
import { availableParallelism } from 'node:os'
import { groupsOf, readText, type ControlGroup, type ReadText } from './control-group.ts'

/** @param read for tests: the files of another system. */
export function usableCores(read: ReadText = readText, cores = availableParallelism()): number {
  const quotas = groupsOf('cpu', read).map((group) => quotaOf(group, read))
  return Math.max(1, Math.floor(Math.min(cores, ...quotas)))
}

/** In cores; Infinity where there is none ("max", or -1). */
function quotaOf({ isUnified, dir }: ControlGroup, read: ReadText): number {
  const [quota, period] = isUnified
    ? (read(`${dir}/cpu.max`) ?? '').trim().split(' ').map(Number)
    : [Number(read(`${dir}/cpu.cfs_quota_us`)), Number(read(`${dir}/cpu.cfs_period_us`))]
  return quota !== undefined && period !== undefined && quota > 0 && period > 0 ? quota / period : Infinity
}
