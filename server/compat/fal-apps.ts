// The apps of fal that this server stands in for. All of them are the one loaded model; they differ in what they take.
import type { Size } from '../../lib/std/size.ts'

export interface FalApp {
  /** Owner, alias and sub-path, as fal's clients write it. */
  readonly id: string
  /** Whether a request brings a picture; `none`: one that comes is ignored, as an unknown key is. */
  readonly image: 'required' | 'optional' | 'none'
  /** What `sync_mode` is when left out: true puts the picture into the reply, false puts it behind a URL. */
  readonly syncMode: boolean
  /** Of an app older than `image_bytes` and `images`: the picture is under `image`, as bytes, both ways. */
  readonly hasBareImage?: true
}

/** The app of the bare paths `/`, `/ws` and `/realtime`. */
export const DEFAULT_APP: FalApp = { id: 'fal-ai/lcm-sd15-i2i', image: 'required', syncMode: false }

export const FAL_APPS: readonly FalApp[] = [
  DEFAULT_APP,
  { id: 'fal-ai/lcm', image: 'optional', syncMode: false },
  { id: 'fal-ai/fast-lcm-diffusion', image: 'none', syncMode: true },
  { id: 'fal-ai/fast-lcm-diffusion/image-to-image', image: 'required', syncMode: true },
  // Of other models there, dialled by pages that draw as these do; here, too, they are the loaded model.
  { id: 'fal-ai/fast-turbo-diffusion', image: 'none', syncMode: true },
  { id: 'fal-ai/fast-turbo-diffusion/image-to-image', image: 'required', syncMode: true },
  { id: 'fal-ai/fast-lightning-sdxl', image: 'none', syncMode: false },
  { id: 'fal-ai/fast-lightning-sdxl/image-to-image', image: 'required', syncMode: false },
  { id: 'fal-ai/flux-schnell-realtime', image: 'none', syncMode: true },
  // The apps that fal's own clients know from before there was `realtime`.
  { id: 'fal-ai/sdxl-turbo-realtime', image: 'optional', syncMode: true },
  { id: 'fal-ai/lcm-plexed-sd15-i2i', image: 'required', syncMode: true },
  ...['sd-turbo-real-time-high-fps-msgpack', 'sd-turbo-real-time-high-fps-msgpack-a10g'].map(
    (alias) => ({ id: `fal-ai/${alias}`, image: 'required', syncMode: true, hasBareImage: true }) as const,
  ),
]

/** The number under which fal's own apps are known as well. */
const OWNER_NUMBER = '110602490'

/** Every way of writing an app's id: `fal-ai/x`, `110602490/x`, and without a sub-path also `110602490-x`. */
export function spellings(app: FalApp): string[] {
  const [, ...rest] = app.id.split('/')
  const numbered = `${OWNER_NUMBER}/${rest.join('/')}`
  return rest.length === 1 ? [app.id, numbered, `${OWNER_NUMBER}-${rest.join('/')}`] : [app.id, numbered]
}

const BY_SPELLING = new Map(FAL_APPS.flatMap((app) => spellings(app).map((id) => [id, app] as const)))

/** @param id without slashes at its ends */
export function findFalApp(id: string): FalApp | undefined {
  return BY_SPELLING.get(id)
}

/** fal's names for sizes. Source: its published endpoint types. */
export const SIZE_PRESETS: Readonly<Record<string, Size>> = {
  square_hd: { width: 1024, height: 1024 },
  square: { width: 512, height: 512 },
  portrait_4_3: { width: 768, height: 1024 },
  portrait_16_9: { width: 576, height: 1024 },
  landscape_4_3: { width: 1024, height: 768 },
  landscape_16_9: { width: 1024, height: 576 },
}
