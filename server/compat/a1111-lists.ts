// The small lists that clients of AUTOMATIC1111's API read before they paint, and the text inside a PNG.
import type { WireError } from '../../lib/protocol/errors.ts'
import type { InstalledModel } from '../../lib/protocol/models.ts'
import type { ModelInfo } from '../../lib/protocol/params.ts'
import { readPngText } from '../../lib/protocol/png-parameters.ts'
import { AppError } from '../../lib/std/errors.ts'
import { imageFromText } from './image-text.ts'
import { isRecord, parseJson } from './validation.ts'

export const A1111_LISTS = [
  'samplers',
  'schedulers',
  'upscalers',
  'latent-upscale-modes',
  'loras',
  'sd-vae',
  'hypernetworks',
  'face-restorers',
  'realesrgan-models',
  'prompt-styles',
  'embeddings',
  'scripts',
] as const
export type A1111List = (typeof A1111_LISTS)[number]

/** GET /sdapi/v1/sd-models: those that can be chosen. */
export function sdModels(models: readonly InstalledModel[]): unknown {
  return models
    .filter(({ problem }) => problem === undefined)
    .map(({ id, title }) => ({ title, model_name: id, hash: null, sha256: null, filename: id, config: null }))
}

/** Which model a client means: by its title or its id, with or without what a checkpoint's name ends with there. */
export function findModel(models: readonly InstalledModel[], asked: string): InstalledModel | undefined {
  const bare = asked.replace(/ \[[0-9a-f]+\]$/i, '').replace(/\.(safetensors|ckpt)$/i, '')
  return (
    models.find(({ id }) => id === asked || id === bare) ??
    models.find(({ title }) => title === asked || title === bare)
  )
}

/** GET path under /sdapi/v1/ -> body. What this server has not is an empty list, never a missing page. */
export function a1111Lists(): Readonly<Record<A1111List, unknown>> {
  return {
    samplers: [{ name: 'LCM', aliases: ['lcm'], options: {} }],
    schedulers: [
      { name: 'automatic', label: 'Automatic', aliases: null, default_rho: -1, need_inner_model: false },
    ],
    upscalers: [],
    'latent-upscale-modes': [],
    loras: [],
    'sd-vae': [],
    hypernetworks: [],
    'face-restorers': [],
    'realesrgan-models': [],
    'prompt-styles': [],
    embeddings: { loaded: {}, skipped: {} },
    scripts: { txt2img: [], img2img: [] },
  }
}

/** GET /sdapi/v1/options: what clients look at. Previews follow who asks, so the two switches only tell pages how. */
export function a1111Options(model: ModelInfo): Readonly<Record<string, unknown>> {
  return {
    samples_format: 'png',
    sd_model_checkpoint: model.name,
    sd_checkpoint_hash: '',
    live_previews_enable: true,
    live_previews_image_format: 'png',
    show_progress_every_n_steps: 1,
    show_progress_type: 'Approx cheap',
    live_preview_refresh_period: 500,
    live_preview_require_focus: true,
    live_preview_transport: 'WebSocket',
    live_preview_ws_interval: 1,
  }
}

/** POST /sdapi/v1/interrogate: as the original says it, of a picture that is not there and of a model it has not. */
export function interrogate(body: unknown): WireError {
  if (!isRecord(body) || typeof body['image'] !== 'string')
    return { code: 'not_found', message: 'Image not found' }
  const message = 'Model not found: this server has none that describes pictures'
  return { code: 'not_found', message, field: 'model' }
}

export type PngInfo =
  | { readonly ok: true; readonly body: Record<string, unknown> }
  | { readonly ok: false; readonly error: WireError }

/** POST /sdapi/v1/png-info {image}: the settings in a PNG, as text and by name. */
export function pngInfo(body: Uint8Array): PngInfo {
  const json = parseJson(new TextDecoder().decode(body))
  const text = json.ok && isRecord(json.value) ? json.value['image'] : undefined
  if (typeof text !== 'string')
    return {
      ok: false,
      error: { code: 'invalid_params', message: 'image is missing; send base64', field: 'image' },
    }
  const image = imageFromText(text, 'image')
  if (!image.ok) return { ok: false, error: image.error }
  try {
    const items = Object.fromEntries(readPngText(image.bytes))
    const info = items['parameters'] ?? ''
    return { ok: true, body: { info, items, parameters: parseInfotext(info) } }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { ok: true, body: { info: '', items: {}, parameters: {} } }
  }
}

/** A line of settings is far shorter; what is longer is words. */
const MAX_SETTINGS_CHARS = 64 * 1024
/** A name is looked for only where a run of its characters begins: tried at each of them, a long run takes minutes. */
const SETTING = /(?<![\w -])[ -]*(\w[\w -]*):\s*("(?:\\.|[^"\\])*"|[^,]*)(?:,|$)/g

/** "prompt\nNegative prompt: ...\nSteps: 4, Sampler: LCM, ..." as its reader there takes it apart. */
export function parseInfotext(text: string): Record<string, string> {
  const lines = text.split('\n')
  const last = lines.at(-1) ?? ''
  const pairs = last.length > MAX_SETTINGS_CHARS ? [] : [...last.matchAll(SETTING)]
  const hasSettings = pairs.length >= 3
  const words = (hasSettings ? lines.slice(0, -1) : lines).join('\n')
  const [prompt = '', negative = ''] = words.split(/\n?Negative prompt:\s*/)
  const found: Record<string, string> = text === '' ? {} : { Prompt: prompt, 'Negative prompt': negative }
  if (!hasSettings) return found
  for (const [, key = '', value = ''] of pairs) found[key] = value.startsWith('"') ? unquoted(value) : value
  const size = /^(\d+)x(\d+)$/.exec(found['Size'] ?? '')
  return size ? { ...found, 'Size-1': size[1] ?? '', 'Size-2': size[2] ?? '' } : found
}

function unquoted(value: string): string {
  const json = parseJson(value)
  return json.ok && typeof json.value === 'string' ? json.value : value
}
