// The small lists that clients of AUTOMATIC1111's API read before they paint, and the text inside a PNG.
import type { WireError } from '../../lib/protocol/errors.ts'
import { parseInfotext } from '../../lib/protocol/infotext.ts'
import type { InstalledModel, ModelList } from '../../lib/protocol/models.ts'
import type { ModelInfo } from '../../lib/protocol/params.ts'
import { readPngText, samplerName } from '../../lib/protocol/png-parameters.ts'
import { AppError } from '../../lib/std/errors.ts'
import { UPSCALERS } from './a1111-extras.ts'
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
  'script-info',
  'extensions',
] as const
export type A1111List = (typeof A1111_LISTS)[number]

/** GET /sdapi/v1/sd-models: those that can be chosen. */
export function sdModels({ models, fixed = false }: ModelList): unknown {
  return models
    .filter(({ problem, active }) => problem === undefined && (active || !fixed))
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
export function a1111Lists(model: ModelInfo): Readonly<Record<A1111List, unknown>> {
  return {
    samplers: [{ name: samplerName(model), aliases: [model.sampler ?? 'lcm'], options: {} }],
    schedulers: [
      { name: 'automatic', label: 'Automatic', aliases: null, default_rho: -1, need_inner_model: false },
    ],
    upscalers: UPSCALERS,
    'latent-upscale-modes': [],
    loras: [],
    'sd-vae': [],
    hypernetworks: [],
    'face-restorers': [],
    'realesrgan-models': [],
    'prompt-styles': [],
    embeddings: { loaded: {}, skipped: {} },
    scripts: { txt2img: [], img2img: [] },
    'script-info': [],
    extensions: [],
  }
}

/** Options that clients index without asking whether they are there: what happens here, whatever is set. */
const AS_EVER = {
  sd_vae: 'Automatic',
  CLIP_stop_at_last_layers: 1,
  inpainting_mask_weight: 1,
  img2img_color_correction: false,
  eta_noise_seed_delta: 0,
}

/** GET /sdapi/v1/options: what clients look at. Previews follow who asks, so the two switches only tell pages how. */
export function a1111Options(model: ModelInfo): Readonly<Record<string, unknown>> {
  return {
    samples_format: 'png',
    sd_model_checkpoint: model.name,
    sd_checkpoint_hash: '',
    ...AS_EVER,
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
