import type { SchedulerConfig } from '../../lib/lcm/schedule.ts'
import type { Manifest } from './manifest.ts'

/** The schedule of lib/lcm, diffusers' defaults where the manifest is silent. */
export function schedulerConfig({ scheduler }: Manifest): SchedulerConfig {
  const { strengthSemantics: _, ...config } = scheduler
  return config
}
