import { PNG_BASE64 } from '../dialect.contract.ts'

export const IMAGE = `data:image/png;base64,${PNG_BASE64}`

/** draw-fast's request, with the rest of the parameters spelled out. */
export const FAL_BODY = {
  prompt: 'a cat',
  image_url: IMAGE,
  sync_mode: true,
  strength: 0.5,
  seed: 42,
  guidance_scale: 2,
  num_inference_steps: 4,
  image_size: { width: 256, height: 256 },
  enable_safety_checks: false,
  request_id: 'r1',
}
