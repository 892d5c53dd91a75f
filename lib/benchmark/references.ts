// Figures that others published, drawn beside ours as lines with their name, hardware and source. They were measured
// on other machines with other models: they say where the field stands, never how fast this server is.

export interface Reference {
  readonly label: string
  readonly metric: 'penToPaint' | 'server' | 'fps'
  /** One value, or a range of two. */
  readonly values: readonly number[]
  readonly unit: 'ms' | 'fps'
  readonly hardware: string
  readonly what: string
  readonly source: string
}

const FAL_BLOG = 'fal, “Building Applications with Real-Time Stable Diffusion APIs”, November 2023'
const FAL_HARDWARE = 'hosted GPU, kind not published'
const FAL_MODEL = 'SD1.5 LCM image-to-image, 4 steps'

export const REFERENCES: readonly Reference[] = [
  {
    label: 'fal, REST',
    metric: 'penToPaint',
    values: [355],
    unit: 'ms',
    hardware: FAL_HARDWARE,
    what: `${FAL_MODEL}; one request, end to end`,
    source: FAL_BLOG,
  },
  {
    label: 'fal, GPU',
    metric: 'server',
    values: [120],
    unit: 'ms',
    hardware: FAL_HARDWARE,
    what: `${FAL_MODEL}; inference alone`,
    source: FAL_BLOG,
  },
  {
    label: 'fal, REST',
    metric: 'fps',
    values: [2, 3],
    unit: 'fps',
    hardware: FAL_HARDWARE,
    what: `${FAL_MODEL}; drawing over REST`,
    source: FAL_BLOG,
  },
  {
    label: 'fal, WebSocket',
    metric: 'fps',
    values: [3, 5],
    unit: 'fps',
    hardware: FAL_HARDWARE,
    what: `${FAL_MODEL}; drawing over a reused socket`,
    source: FAL_BLOG,
  },
  {
    label: 'StreamDiffusion',
    metric: 'fps',
    values: [37.1],
    unit: 'fps',
    hardware: 'RTX 4090, i9-13900K',
    what: 'LCM-LoRA with KohakuV2 image-to-image, 4 steps, 512x512, TensorRT; batched stream, throughput and not latency',
    source: 'README of cumulo-autumn/StreamDiffusion',
  },
]

/** `355 ms`, `2–3 fps`. */
export const referenceValue = ({ values, unit }: Reference): string => `${values.join('–')} ${unit}`
