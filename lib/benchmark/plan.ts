import { type BenchSettings, type BenchSize, sizeOf, type Transport } from './settings.ts'

/** One choice of each setting: what is compared with what. */
export interface RunConfig extends BenchSize {
  readonly transport: Transport
  readonly steps: number
  readonly previews: boolean
  readonly connections: number
}

export interface PlannedRun {
  readonly config: RunConfig
  /** 1 for the first time that this choice is run. */
  readonly repeat: number
}

const TRANSPORT_WORDS: Readonly<Record<Transport, string>> = {
  rest: 'REST, base64',
  json: 'Socket, base64',
  binary: 'Socket, binary',
}

export const transportWords = (transport: Transport): string => TRANSPORT_WORDS[transport]

/** Equal names: runs that repeat each other. */
export function configName(config: RunConfig): string {
  const { transport, steps, width, height, connections, previews } = config
  const people = connections === 1 ? '1 connection' : `${connections} connections`
  const preview = previews ? ', previews' : ''
  return `${transportWords(transport)}, ${steps} ${steps === 1 ? 'step' : 'steps'}, ${width}x${height}, ${people}${preview}`
}

/** Every choice once; REST has no step previews, so those are left out. */
export function configsOf(settings: BenchSettings): RunConfig[] {
  const { transports, steps, sizes, previews, connections } = settings
  return sizes
    .flatMap((name) => sizeOf(name) ?? [])
    .flatMap((size) => steps.map((count) => ({ ...size, steps: count })))
    .flatMap((one) => connections.map((count) => ({ ...one, connections: count })))
    .flatMap((one) => previews.map((on) => ({ ...one, previews: on })))
    .flatMap((one) => transports.map((transport) => ({ ...one, transport })))
    .filter((one) => one.transport !== 'rest' || !one.previews)
}

/**
 * All runs in the order they are made: the choices in turn, every second time backwards, so that a machine that
 * grows slower (or faster) while it is measured touches all alike.
 */
export function planRuns(settings: BenchSettings): PlannedRun[] {
  const configs = configsOf(settings)
  return Array.from({ length: settings.repeats }, (_, index) => {
    const order = index % 2 === 0 ? configs : [...configs].reverse()
    return order.map((config) => ({ config, repeat: index + 1 }))
  }).flat()
}

/** Opening, warming up and draining, beside the measured seconds. */
const AROUND_RUN_MS = 2500

/** Rough time that `runs` more runs take. */
export function estimateMs(runs: number, seconds: number): number {
  return runs * (seconds * 1000 + AROUND_RUN_MS)
}
