import { cpus } from 'node:os'
import { usableCores } from '../engine/cores.ts'

/** What a figure measured on this server is worthless without. No name, no address, no path. */
export interface MachineFacts {
  readonly cpu: string
  readonly cores: number
  readonly runtime: string
}

export function machineFacts(): MachineFacts {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: usableCores(),
    runtime: `Node ${process.versions.node}`,
  }
}
