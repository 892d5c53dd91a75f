import type { WireError } from '../../lib/protocol/errors.ts'
import type { DrawParams } from '../../lib/protocol/params.ts'
import { PREVIEW_LIMITS, previewWant } from '../../lib/protocol/preview.ts'
import type { PreviewWant } from '../../lib/protocol/preview.ts'
import { fitTo } from '../session/fit-params.ts'
import type { Fitted } from '../session/fit-params.ts'
import type { DialectContext } from './dialect.ts'
import { fault, Fields, InputError } from './fal-fields.ts'

export interface GenerateRequest extends Fitted {
  readonly want: PreviewWant
  /** Previews at least this far apart (ms); the picture itself comes when it is done. */
  readonly intervalMs: number
  readonly encoding: 'hex' | 'base64'
}

export type GenerateParsed =
  { readonly ok: true; readonly request: GenerateRequest } | { readonly ok: false; readonly error: WireError }

const MAX_INTERVAL_MS = 60_000

/** `prompt` and, all optional: how to paint, and what to show of it. From a query string or from JSON. */
export function parseGenerateRequest(
  record: Readonly<Record<string, unknown>>,
  { model, randomSeed }: DialectContext,
): GenerateParsed {
  const fields = new Fields(record)
  try {
    const prompt = fields.words('prompt')
    if (prompt === undefined) throw fault('prompt', undefined, 'text')
    const asked = {
      prompt,
      negativePrompt: fields.words('negative_prompt'),
      guidanceScale: fields.number('guidance_scale'),
      steps: fields.number('steps', [1, 1000]),
      seed: fields.number('seed') ?? randomSeed(),
      width: fields.whole('width', [1, 16_384]),
      height: fields.whole('height', [1, 16_384]),
    }
    const encoding = fields.text('encoding') ?? 'hex'
    if (encoding !== 'hex' && encoding !== 'base64') throw fault('encoding', encoding, 'hex or base64')
    const intervalMs = fields.number('interval_ms', [0, MAX_INTERVAL_MS]) ?? 0
    const fitted = fitTo(model, { asked, hasImage: false, size: 'fitted' })
    return { ok: true, request: { ...fitted, want: readWant(fields), intervalMs, encoding } }
  } catch (error) {
    if (error instanceof InputError) return { ok: false, error: error.error }
    throw error
  }
}

function readWant(fields: Fields): PreviewWant {
  return previewWant({
    everySteps: fields.whole('every', [...PREVIEW_LIMITS.everySteps]) ?? 1,
    side: fields.whole('preview_size', [...PREVIEW_LIMITS.side]) ?? 256,
    quality: fields.whole('preview_quality', [...PREVIEW_LIMITS.quality]) ?? 70,
  })
}

/** Lets previews through no faster than asked. */
export function previewGate(intervalMs: number, nowMs: () => number): () => boolean {
  let last = -Infinity
  return () => {
    const now = nowMs()
    if (now - last < intervalMs) return false
    last = now
    return true
  }
}

export function imageText(image: Uint8Array, encoding: GenerateRequest['encoding']): string {
  return Buffer.from(image.buffer, image.byteOffset, image.byteLength).toString(encoding)
}

/** What the model made of the request: beside the last picture. */
export function usedParams(params: DrawParams): Record<string, unknown> {
  const { seed, steps, guidanceScale, width, height } = params
  return { seed, steps, guidance_scale: guidanceScale, width, height }
}
