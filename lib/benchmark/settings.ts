// What a benchmark runs, as settings, as the query of an address, and back. Floor 0: the page and the tools share it.
import type { ModelInfo } from '../protocol/params.ts'

export const TRANSPORTS = ['rest', 'json', 'binary'] as const
/** `rest`: HTTP with base64; `json`: socket with base64; `binary`: socket with the binary header. */
export type Transport = (typeof TRANSPORTS)[number]

export const STEPS = [1, 2, 4, 8] as const
export const CONNECTIONS = [1, 2, 3, 4, 5, 6, 7, 8] as const

export interface BenchSize {
  readonly width: number
  readonly height: number
}

export interface BenchSettings {
  readonly transports: readonly Transport[]
  readonly steps: readonly number[]
  /** Sizes as `256x256`. */
  readonly sizes: readonly string[]
  /** Without and with step previews. */
  readonly previews: readonly boolean[]
  /** Parallel connections. */
  readonly connections: readonly number[]
  /** Shapes on the page before the scripted pen begins. */
  readonly shapes: number
  /** Length of one run. */
  readonly seconds: number
  /** Every choice is run so many times, alternated with the others. */
  readonly repeats: number
  /** What is drawn on: the editor this page would show, or the plain canvas. Told by the address alone. */
  readonly surface: (typeof SURFACES)[number]
}

export const SURFACES = ['auto', 'plain'] as const
export const RANGES = { shapes: [0, 10_000], seconds: [2, 600], repeats: [1, 50] } as const

/** What a model offers that bears on settings. */
export type BenchModel = Pick<ModelInfo, 'sizes' | 'limits' | 'defaults'>

export const sizeName = ({ width, height }: BenchSize): string => `${width}x${height}`

/** Pixels of a size name, or `undefined` for anything else. */
export function sizeOf(name: string): BenchSize | undefined {
  const match = /^(\d{2,4})x(\d{2,4})$/.exec(name)
  return match ? { width: Number(match[1]), height: Number(match[2]) } : undefined
}

/** Steps of the list that the model takes; never none. */
export function stepsOf(model: BenchModel): readonly number[] {
  const [low, high] = model.limits.steps
  const fitting = STEPS.filter((steps) => steps >= low && steps <= high)
  return fitting.length > 0 ? fitting : [model.defaults.steps]
}

export function defaultSettings(model: BenchModel): BenchSettings {
  const steps = stepsOf(model)
  return {
    transports: TRANSPORTS,
    steps: [steps.includes(4) ? 4 : (steps.at(-1) ?? 1)],
    sizes: [sizeName(model.defaults)],
    previews: [false],
    connections: [1],
    shapes: 200,
    seconds: 8,
    repeats: 1,
    surface: 'auto',
  }
}

const KEYS = [
  'transports',
  'steps',
  'sizes',
  'previews',
  'connections',
  'shapes',
  'seconds',
  'repeats',
  'surface',
] as const
type Key = (typeof KEYS)[number]

const onOff = (on: boolean): string => (on ? 'on' : 'off')

/** The query of a permalink, without the question mark. */
export function writeSettings(settings: BenchSettings): string {
  const { previews, ...rest } = settings
  const words = { ...rest, previews: previews.map(onOff) }
  return KEYS.map((key) => `${key}=${String(words[key])}`).join('&')
}

export interface ReadSettings {
  readonly settings: BenchSettings
  /** One sentence for each parameter that was left out of account: what, its value, what is allowed. */
  readonly problems: readonly string[]
}

/** Reads a query; what is unknown or out of range is told in `problems`, and the default is used. */
export function readSettings(query: Iterable<readonly [string, string]>, model: BenchModel): ReadSettings {
  const defaults = defaultSettings(model)
  const reader = new QueryReader(query)
  const settings: BenchSettings = {
    transports: reader.list('transports', TRANSPORTS) ?? defaults.transports,
    steps: reader.list('steps', stepsOf(model)) ?? defaults.steps,
    sizes: reader.list('sizes', model.sizes.map(sizeName)) ?? defaults.sizes,
    previews: reader.list('previews', [false, true], onOff) ?? defaults.previews,
    connections: reader.list('connections', CONNECTIONS) ?? defaults.connections,
    shapes: reader.whole('shapes') ?? defaults.shapes,
    seconds: reader.whole('seconds') ?? defaults.seconds,
    repeats: reader.whole('repeats') ?? defaults.repeats,
    surface: reader.one('surface', SURFACES) ?? defaults.surface,
  }
  return { settings, problems: reader.problems }
}

class QueryReader {
  readonly problems: string[] = []
  readonly #given = new Map<string, string>()

  constructor(query: Iterable<readonly [string, string]>) {
    for (const [name, value] of query) {
      if (KEYS.some((key) => key === name)) this.#given.set(name, value)
      else this.problems.push(`${name} is no setting of this page; it takes ${KEYS.join(', ')}`)
    }
  }

  /** One or more of `allowed`, in its order. */
  list<T>(key: Key, allowed: readonly T[], say: (one: T) => string = String): readonly T[] | undefined {
    const text = this.#given.get(key)
    if (text === undefined) return undefined
    const words = text.split(',').map((word) => word.trim())
    const chosen = allowed.filter((one) => words.includes(say(one)))
    if (words.every((word) => allowed.some((one) => say(one) === word))) return chosen
    this.problems.push(`${key}=${text} does not fit; use one or more of ${allowed.map(say).join(', ')}`)
    return undefined
  }

  one<T extends string>(key: Key, allowed: readonly T[]): T | undefined {
    const text = this.#given.get(key)
    const chosen = allowed.find((one) => one === text)
    if (text !== undefined && chosen === undefined)
      this.problems.push(`${key}=${text} does not fit; use ${allowed.join(' or ')}`)
    return chosen
  }

  whole(key: keyof typeof RANGES): number | undefined {
    const text = this.#given.get(key)
    if (text === undefined) return undefined
    const [low, high] = RANGES[key]
    const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN
    if (value >= low && value <= high) return value
    this.problems.push(`${key}=${text} does not fit; use a whole number from ${low} to ${high}`)
    return undefined
  }
}
