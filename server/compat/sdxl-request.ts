import type { WireError } from '../../lib/protocol/errors.ts'
import { fitTo } from '../session/fit-params.ts'
import type { Fitted } from '../session/fit-params.ts'
import type { DialectContext } from './dialect.ts'
import { cutWords, fault, Fields, InputError } from './fal-fields.ts'
import { isRecord } from './validation.ts'

export interface SdxlRequest extends Fitted {
  /** Pictures of the grid; picture i has the seed of the first plus i. */
  readonly samples: number
  /** The client's own scale: it counts to `steps - 1`, however many the model runs. */
  readonly steps: number
  readonly callbackSteps: number
  readonly callbackStart: number
  /** msgpack, else JSON text. */
  readonly binary: boolean
}

export type SdxlParsed =
  | { readonly ok: true; readonly request: SdxlRequest }
  /** `steps`: the scale on which the client waits for the end. */
  | { readonly ok: false; readonly error: WireError; readonly steps: number }

export const MAX_SAMPLES = 8
/** Of the original's own page. */
export const DEFAULT_STEPS = 40
const MAX_SCALE = 1000

/** The original has no defaults and fails without a word; here what is left out is the model's own. */
export function parseSdxlRequest(body: unknown, context: DialectContext): SdxlParsed {
  const fields = new Fields(isRecord(body) ? body : {})
  try {
    if (!isRecord(body)) throw fault('body', body, 'a JSON object')
    return { ok: true, request: readRequest(fields, context) }
  } catch (error) {
    if (error instanceof InputError) return { ok: false, error: error.error, steps: scaleOf(fields) }
    throw error
  }
}

export function wantsBinary(body: unknown): boolean {
  return !isRecord(body) || body['use_binary'] !== false
}

function scaleOf(fields: Fields): number {
  const steps = fields.value('steps')
  return typeof steps === 'number' && steps >= 1 && steps <= MAX_SCALE ? Math.trunc(steps) : DEFAULT_STEPS
}

function readRequest(fields: Fields, { model, randomSeed }: DialectContext): SdxlRequest {
  const { positive, negative } = prompts(fields.value('text_prompts'))
  const seed = fields.number('seed') ?? 0
  const steps = fields.whole('steps', [1, MAX_SCALE])
  const asked = {
    prompt: positive,
    negativePrompt: negative,
    guidanceScale: fields.number('cfg_scale'),
    steps,
    seed: seed > 0 ? seed : randomSeed(),
    width: fields.whole('width', [0, 16_384]),
    height: fields.whole('height', [0, 16_384]),
  }
  return {
    ...fitTo(model, { asked, hasImage: false, size: 'fitted' }),
    samples: Math.max(1, fields.whole('samples', [0, MAX_SAMPLES]) ?? 4),
    steps: steps ?? DEFAULT_STEPS,
    callbackSteps: fields.whole('callback_steps', [0, MAX_SCALE]) ?? 5,
    callbackStart: fields.whole('callback_start', [0, MAX_SCALE]) ?? 0,
    binary: fields.flag('use_binary') ?? true,
  }
}

const PROMPTS_RANGE = 'a list of {text, weight}'

/** Only the sign of a weight counts, as in the original. */
function prompts(value: unknown): { positive: string; negative: string } {
  if (!Array.isArray(value)) throw fault('text_prompts', value, PROMPTS_RANGE)
  const items: readonly unknown[] = value
  const parts = items.map((item) => {
    const fields = new Fields(isRecord(item) ? item : {})
    const text = fields.words('text')
    if (text === undefined) throw fault('text_prompts', item, PROMPTS_RANGE)
    return { text, weight: fields.number('weight') ?? 1 }
  })
  const joined = (sign: number) => {
    const texts = parts.filter(({ weight }) => Math.sign(weight) === sign).map(({ text }) => text)
    return cutWords(texts.join(', '))
  }
  return { positive: joined(1), negative: joined(-1) }
}
