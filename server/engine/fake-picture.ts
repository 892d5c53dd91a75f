import { decodeImage, encodeImage, type PixelSize } from './codec.ts'
import type { Job } from './engine.ts'

/** Width of the stripe as a share of the picture: wide enough to survive JPEG. */
const STRIPE_SHARE = 1 / 8

/** Same parameters, same number; any other parameter, most likely another. FNV-1a over the job's words and numbers. */
export function jobFingerprint(job: Job): number {
  const text = JSON.stringify([job.prompt, job.strength, job.seed, job.steps, job.guidanceScale, job.mode])
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash
}

/** Colour of the left stripe of the fake engine's picture of `job`; tests tell frames apart by it. */
export function stripeColour(job: Job): readonly [number, number, number] {
  const hash = jobFingerprint(job)
  return [hash & 0xff, (hash >>> 8) & 0xff, (hash >>> 16) & 0xff]
}

/** The sketch, dimmed towards the stripe's colour, with the stripe at its left: [H,W,3] RGB uint8 of `size`. */
export async function paintFake(job: Job, size: PixelSize): Promise<Uint8Array> {
  const colour = stripeColour(job)
  const pixels = size.width * size.height * 3
  const rgb = job.image === undefined ? new Uint8Array(pixels).fill(255) : await decodeImage(job.image, size)
  const stripe = Math.max(1, Math.round(size.width * STRIPE_SHARE))
  for (let i = 0; i < pixels; i++) {
    const tint = colour[i % 3] ?? 0
    const inStripe = Math.floor(i / 3) % size.width < stripe
    rgb[i] = inStripe ? tint : Math.round(0.75 * (rgb[i] ?? 0) + 0.25 * tint)
  }
  return rgb
}

/** What `createFakeEngine` makes of a job unless told otherwise: real bytes in the asked codec and size. */
export async function fakePicture(job: Job, size: PixelSize): Promise<Uint8Array> {
  return encodeImage({ rgb: await paintFake(job, size), ...size }, job.output)
}
