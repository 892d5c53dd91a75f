// How much memory this machine has for weights: the machine's own figures and the limit of the control group it runs
// in, whichever is less. What the system would give back when asked (file caches) counts as free.
import { readFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { posix } from 'node:path'

export interface Memory {
  /** All there ever could be. */
  readonly totalBytes: number
  /** Not used by anybody now; as much as `totalBytes` where the system does not say. */
  readonly freeBytes: number
}

/** The text of a file, `undefined` where there is none. */
type Read = (path: string) => string | undefined

/** @param read for tests: the files of another system. */
export function readMemory(read: Read = readText, machineBytes = totalmem()): Memory {
  const free = fieldOf(read('/proc/meminfo'), 'MemAvailable')
  const machine = { totalBytes: machineBytes, freeBytes: free === undefined ? machineBytes : free * 1024 }
  return groupsOf(read).reduce((least, group) => {
    const totalBytes = Math.min(least.totalBytes, group.totalBytes)
    return { totalBytes, freeBytes: Math.min(least.freeBytes, totalBytes, group.freeBytes) }
  }, machine)
}

/** As if nothing else ran: what is used now may be free when a model that is chosen today is started. */
export function atBest(memory = readMemory()): Memory {
  return { ...memory, freeBytes: memory.totalBytes }
}

/** The control group of this process and those it is in: each may have a limit of its own. */
function groupsOf(read: Read): readonly Memory[] {
  const lines = read('/proc/self/cgroup')?.trim().split('\n') ?? []
  return lines.flatMap((line) => {
    const [, controllers = '', path = '/'] = line.split(':')
    if (controllers === '') return ancestors(path).flatMap((dir) => unified(read, `/sys/fs/cgroup${dir}`))
    if (!controllers.split(',').includes('memory')) return []
    return ancestors(path).flatMap((dir) => legacy(read, `/sys/fs/cgroup/memory${dir}`))
  })
}

function ancestors(path: string): readonly string[] {
  return path === '/' ? [''] : [path, ...ancestors(posix.dirname(path))]
}

function unified(read: Read, dir: string): readonly Memory[] {
  const [limit, used] = [read(`${dir}/memory.max`), read(`${dir}/memory.current`)]
  return memoryOf(limit, used, fieldOf(read(`${dir}/memory.stat`), 'inactive_file'))
}

function legacy(read: Read, dir: string): readonly Memory[] {
  const [limit, used] = [read(`${dir}/memory.limit_in_bytes`), read(`${dir}/memory.usage_in_bytes`)]
  return memoryOf(limit, used, fieldOf(read(`${dir}/memory.stat`), 'total_inactive_file'))
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

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
