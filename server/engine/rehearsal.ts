// A picture of nobody's, of the default size: one denoising step if no more are asked for, through every graph that a frame
// needs.
import type { Holding } from '../../lib/lcm/denoise.ts'
import { img2img, type Img2ImgJob } from '../../lib/lcm/img2img.ts'
import type { NoiseSupplier } from '../../lib/lcm/job-noises.ts'
import type { Models } from '../../lib/lcm/models.ts'
import type { Schedule } from '../../lib/lcm/schedule.ts'
import type { Manifest } from './manifest.ts'

export interface Stage {
  readonly models: Models
  readonly manifest: Manifest
  readonly schedule: Schedule
  readonly noises?: NoiseSupplier
}

export interface RehearsalOptions extends Partial<Pick<Img2ImgJob, 'steps' | 'guidanceScale'>> {
  readonly holding?: Holding
}

/** The denoised latents [1,C,h,w] of each step that gave them, and the picture [H,W,3]. */
export type Rehearsal = () => Promise<readonly ArrayLike<number>[]>

export function rehearsalOf(
  { models, manifest, schedule, noises }: Stage,
  { holding, ...asked }: RehearsalOptions = {},
): Rehearsal {
  const { prompt, width, height, guidanceScale, seed } = manifest.defaults
  const size = { width, height }
  // Any strength but 1 is refused by some schedules for a single step.
  const job = { prompt, rgb: someDrawing(size), size, steps: 1, strength: 1, guidanceScale, seed, ...asked }
  return async () => {
    const latents: Float32Array[] = []
    const { rgb } = await img2img(models, schedule, job, {
      ...(noises === undefined ? {} : { noises }),
      ...(holding === undefined ? {} : { holding }),
      onStep: async ({ denoised }) => void latents.push(denoised),
    })
    return [...latents, rgb]
  }
}

/** RGB [H,W,3]: flat colours with hard edges over a slow gradient, as sketches have. */
function someDrawing({ width, height }: { readonly width: number; readonly height: number }): Uint8Array {
  const rgb = new Uint8Array(width * height * 3)
  for (let i = 0; i < width * height; i++) {
    const x = (i % width) / width
    const y = Math.floor(i / width) / height
    rgb.set(colourAt(x, y), i * 3)
  }
  return rgb
}

function colourAt(x: number, y: number): readonly [number, number, number] {
  if ((x - 0.7) ** 2 + (y - 0.3) ** 2 < 0.01) return [241, 172, 75]
  return y > 0.6 ? [64, 140 - 80 * x, 200] : [255 - 60 * y, 220, 230]
}
