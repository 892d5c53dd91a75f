import { availableParallelism, cpus } from 'node:os'

/** What a figure measured on this server is worthless without. No name, no address, no path. */
export interface MachineFacts {
  readonly cpu: string
  readonly cores: number
  readonly runtime: string
}

export function machineFacts(): MachineFacts {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    runtime: `Node ${process.versions.node}`,
  }
}
