// How much memory this machine has for weights: the machine's own figures and the limit of the control group it runs
// in, whichever is less. What the system would give back when asked (file caches) counts as free.
import { totalmem } from 'node:os'
import { groupsOf, readText, type ControlGroup, type ReadText } from './control-group.ts'

export interface Memory {
  /** All there ever could be. */
  readonly totalBytes: number
  /** Not used by anybody now; as much as `totalBytes` where the system does not say. */
  readonly freeBytes: number
}

/** @param read for tests: the files of another system. */
export function readMemory(read: ReadText = readText, machineBytes = totalmem()): Memory {
  const free = fieldOf(read('/proc/meminfo'), 'MemAvailable')
  const machine = { totalBytes: machineBytes, freeBytes: free === undefined ? machineBytes : free * 1024 }
  const groups = groupsOf('memory', read).flatMap((group) => limitOf(group, read))
  return groups.reduce((least, group) => {
    const totalBytes = Math.min(least.totalBytes, group.totalBytes)
    return { totalBytes, freeBytes: Math.min(least.freeBytes, totalBytes, group.freeBytes) }
  }, machine)
}

/** As if nothing else ran: what is used now may be free when a model that is chosen today is started. */
export function atBest(memory = readMemory()): Memory {
  return { ...memory, freeBytes: memory.totalBytes }
}

/** None where the group sets no limit. */
function limitOf({ isUnified, dir }: ControlGroup, read: ReadText): readonly Memory[] {
  const [limit, used, cached] = isUnified
    ? ['memory.max', 'memory.current', 'inactive_file']
    : ['memory.limit_in_bytes', 'memory.usage_in_bytes', 'total_inactive_file']
  const stat = read(`${dir}/memory.stat`)
  return memoryOf(read(`${dir}/${limit}`), read(`${dir}/${used}`), fieldOf(stat, cached))
}

function memoryOf(limit: string | undefined, used: string | undefined, cached = 0): readonly Memory[] {
  const totalBytes = Number(limit)
  // "max", or a number near 2^63: no limit.
  if (limit === undefined || !Number.isFinite(totalBytes) || totalBytes >= 2 ** 60) return []
  return [{ totalBytes, freeBytes: Math.max(0, totalBytes - Math.max(0, Number(used ?? 0) - cached)) }]
}

function fieldOf(text: string | undefined, name: string): number | undefined {
  const found = new RegExp(`^${name}:?\\s+(\\d+)`, 'm').exec(text ?? '')
  return found === null ? undefined : Number(found[1])
}
