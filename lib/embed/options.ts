// What an embedded canvas can be told: attributes of the element, parameters of the address, props of the React
// component. One table for all of them, so that they cannot drift apart.
import { HARD_LIMITS } from '../protocol/param-limits.ts'
import { DRAWING_NAMES, drawingNameFrom, isDrawingName } from './drawing-name.ts'

export const EMBED_VIEWS = ['side', 'lens', 'result'] as const
export type EmbedView = (typeof EMBED_VIEWS)[number]

/** `none`: the sheets alone. `minimal`: drawing tools, prompt and status. `full`: settings and picture tools too. */
export const EMBED_CONTROLS = ['none', 'minimal', 'full'] as const
export type EmbedControls = (typeof EMBED_CONTROLS)[number]

export const EMBED_THEMES = ['system', 'light', 'dark'] as const
export type EmbedTheme = (typeof EMBED_THEMES)[number]

/** `auto`: tldraw where its licence allows, else the plain canvas. `plain`: the plain canvas everywhere. */
export const EMBED_SURFACES = ['auto', 'plain'] as const
export type EmbedSurface = (typeof EMBED_SURFACES)[number]

/** What was not given is `undefined`: then the server's model or the drawing's own last settings decide. */
export interface EmbedOptions {
  readonly prompt: string | undefined
  /** Id of the model the page expects; another one is told as a problem. */
  readonly model: string | undefined
  readonly strength: number | undefined
  readonly steps: number | undefined
  readonly seed: number | undefined
  readonly view: EmbedView
  readonly controls: EmbedControls
  readonly theme: EmbedTheme
  readonly readonly: boolean
  readonly transparent: boolean
  readonly surface: EmbedSurface
  /** Names the drawing that is kept in this browser; canvases of equal name show the same drawing. */
  readonly drawing: string | undefined
  /** Origin of the embedding page, the only one that messages are exchanged with. */
  readonly host: string | undefined
}
export type EmbedOptionName = keyof EmbedOptions

export const EMBED_DEFAULTS: EmbedOptions = {
  prompt: undefined,
  model: undefined,
  strength: undefined,
  steps: undefined,
  seed: undefined,
  view: 'side',
  controls: 'minimal',
  theme: 'system',
  readonly: false,
  transparent: false,
  surface: 'auto',
  drawing: undefined,
  host: undefined,
}

/** A parameter that was not understood; its default is used instead. */
export interface EmbedProblem {
  readonly name: string
  readonly value: string
  readonly message: string
}

interface Reader<T> {
  /** In words, for the message. */
  readonly takes: string
  /** `undefined` for what it does not take. */
  readonly read: (text: string) => T | undefined
  /** What is used in place of what it does not take; the default where there is none. */
  readonly instead?: (text: string) => T
}

const oneOf = <T extends string>(allowed: readonly T[]): Reader<T> => ({
  takes: allowed.join(', '),
  read: (text) => allowed.find((one) => one === text),
})

const number = ([low, high]: readonly [number, number], isWhole: boolean): Reader<number> => ({
  takes: `a ${isWhole ? 'whole number' : 'number'} from ${low} to ${high}`,
  read: (text) => {
    if (!/^-?\d+(\.\d+)?$/.test(text)) return undefined
    const value = Number(text)
    return value >= low && value <= high && (!isWhole || Number.isInteger(value)) ? value : undefined
  },
})

const text = (longest: number): Reader<string> => ({
  takes: `at most ${longest} characters`,
  read: (value) => ([...value].length <= longest ? value : undefined),
})

/** The default would be one drawing for all who mistook the name. */
const drawingName: Reader<string> = {
  takes: DRAWING_NAMES,
  read: (value) => (isDrawingName(value) ? value : undefined),
  instead: (value) => drawingNameFrom('', value),
}

/** As an HTML attribute: there is on, unless it says `false`. */
const flag: Reader<boolean> = {
  takes: 'true or false',
  read: (value) =>
    /^(true|1|)$/.test(value) ? true : value === 'false' || value === '0' ? false : undefined,
}

/** Whether the canvas takes an attribute of this kind for on; `null` where it is not there. */
export function isOn(text: string | null): boolean {
  return text !== null && flag.read(text) === true
}

const READERS: { readonly [N in EmbedOptionName]: Reader<NonNullable<EmbedOptions[N]>> } = {
  prompt: text(HARD_LIMITS.promptChars),
  model: text(200),
  strength: number(HARD_LIMITS.strength, false),
  steps: number(HARD_LIMITS.steps, true),
  seed: number(HARD_LIMITS.seed, true),
  view: oneOf(EMBED_VIEWS),
  controls: oneOf(EMBED_CONTROLS),
  theme: oneOf(EMBED_THEMES),
  readonly: flag,
  transparent: flag,
  surface: oneOf(EMBED_SURFACES),
  drawing: drawingName,
  host: { takes: 'an origin such as https://example.org', read: exactOrigin },
}

/** The origin, when `value` is exactly one of http or https. */
export function exactOrigin(value: string): string | undefined {
  if (!/^https?:/.test(value) || !URL.canParse(value)) return undefined
  const { origin } = new URL(value)
  return origin === value ? origin : undefined
}

export const EMBED_OPTION_NAMES: readonly string[] = Object.keys(READERS)

function isOptionName(name: string): name is EmbedOptionName {
  return Object.hasOwn(READERS, name)
}

export interface EmbedReading {
  readonly options: EmbedOptions
  readonly problems: readonly EmbedProblem[]
}

const SHOWN_CHARS = 40

/** Reads parameters over `defaults`. What is unknown or out of range is a problem, and something else stands in for it. */
export function readEmbedOptions(
  parameters: Iterable<readonly [string, string]>,
  defaults: EmbedOptions = EMBED_DEFAULTS,
): EmbedReading {
  const found: Record<string, unknown> = {}
  const problems: EmbedProblem[] = []
  for (const [name, given] of parameters) {
    const value = given.length > SHOWN_CHARS ? `${given.slice(0, SHOWN_CHARS)}…` : given
    if (!isOptionName(name)) {
      const known = EMBED_OPTION_NAMES.join(', ')
      problems.push({ name, value, message: `${name} is no option of an embedded canvas; it takes ${known}` })
      continue
    }
    const reader = READERS[name]
    const read = reader.read(given)
    found[name] = read ?? reader.instead?.(given) ?? defaults[name]
    if (read === undefined) {
      const message = `${name}=${value} is not ${reader.takes}; ${found[name] ?? 'the default'} is used`
      problems.push({ name, value, message })
    }
  }
  return { options: { ...defaults, ...found }, problems }
}

/**
 * Address of the page that shows a canvas with these attributes, exactly as they were given. The words go behind the `#`:
 * there is room for as many as one likes, while servers and what stands before them limit what is asked of them.
 */
export function embedAddress(
  server: string,
  given: Iterable<readonly [name: string, value: string]>,
): string {
  const url = new URL('/embed', server)
  const unsent = new URLSearchParams()
  for (const [name, value] of given) (name === 'prompt' ? unsent : url.searchParams).set(name, value)
  url.hash = unsent.toString()
  return url.href
}

/** What that address says, before the `#` and behind it. */
export function addressParameters({
  search,
  hash,
}: Pick<Location, 'search' | 'hash'>): (readonly [name: string, value: string])[] {
  return [...new URLSearchParams(search), ...new URLSearchParams(hash.slice(1))]
}
