import * as v from 'valibot'

/** What a preview may be asked to be. Larger would carry nothing: it is a blur of one value per latent cell. */
export const PREVIEW_LIMITS = {
  everySteps: [0, 50],
  fromStep: [1, 50],
  side: [16, 512],
  quality: [1, 100],
} as const

const whole = ([low, high]: readonly [number, number]) =>
  v.pipe(v.number(), v.integer(), v.minValue(low), v.maxValue(high))

export const PREVIEW_CODECS = ['jpeg', 'png', 'webp'] as const

/** Fields of a wish for previews as clients send them: all but the first have defaults. */
export const PreviewWantFields = {
  everySteps: whole(PREVIEW_LIMITS.everySteps),
  fromStep: v.optional(whole(PREVIEW_LIMITS.fromStep), 1),
  side: v.optional(whole(PREVIEW_LIMITS.side), 192),
  codec: v.optional(v.picklist(PREVIEW_CODECS), 'jpeg'),
  quality: v.optional(whole(PREVIEW_LIMITS.quality), 70),
}
const PreviewWantSchema = v.object(PreviewWantFields)

/** Wants of one form are served by one encoding. */
export interface PreviewForm {
  /** Longer side in pixels, at most; the shape is the picture's. */
  readonly side: number
  readonly codec: (typeof PREVIEW_CODECS)[number]
  /** 1..100, for JPEG and WebP. */
  readonly quality: number
}

/** One watcher's wish: a preview of every n-th denoising step (0: none), counted from 1, from `fromStep` on. */
export interface PreviewWant extends PreviewForm {
  readonly everySteps: number
  readonly fromStep: number
}

/** A wish with the defaults of whatever it leaves out. */
export function previewWant(wish: v.InferInput<typeof PreviewWantSchema>): PreviewWant {
  return v.parse(PreviewWantSchema, wish)
}

/** Whether `want` asks for denoising step `step` (from 1). Never the last one: that is the picture. */
export function isPreviewDue(want: PreviewWant, { step, steps }: { step: number; steps: number }): boolean {
  return want.everySteps > 0 && step >= want.fromStep && step % want.everySteps === 0 && step < steps
}

export function isSameForm(a: PreviewForm, b: PreviewForm): boolean {
  return a.side === b.side && a.codec === b.codec && a.quality === b.quality
}

/** Of the previews made at a step, the one that `want` asked for; other watchers' are not its business. */
export function previewFor<P extends PreviewForm>(
  event: { readonly step: number; readonly steps: number; readonly previews: readonly P[] },
  want: PreviewWant | undefined,
): P | undefined {
  if (want === undefined || !isPreviewDue(want, event)) return undefined
  return event.previews.find((preview) => isSameForm(preview, want))
}
