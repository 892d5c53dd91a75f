// The previews of one step for all who watch: latents to rough pixels once, to bytes once per form.
import { isPreviewDue, isSameForm, type PreviewForm, type PreviewWant } from '../../lib/protocol/preview.ts'
import type { EncodeOptions, PixelSize, RgbImage } from './codec.ts'
import type { Preview } from './engine.ts'
import { PreviewBudget } from './preview-budget.ts'

export interface PreviewTools {
  readonly encode: (image: RgbImage, options: EncodeOptions) => Promise<Uint8Array>
  readonly nowMs: () => number
}

export interface StepToShow {
  readonly step: number
  readonly steps: number
  /** What the step itself took, without previews. */
  readonly stepMs: number
  /** Asked size of the picture: a preview has its shape. */
  readonly size: PixelSize
  /** Called at most once; undefined where the latents stayed on the device. */
  readonly decode: (() => RgbImage | Promise<RgbImage>) | undefined
}

/** Of one job; `budget` is that of all. */
export class StepPreviews {
  readonly #tools: PreviewTools
  readonly #budget: PreviewBudget
  #spentMs: number | undefined

  constructor(tools: PreviewTools, budget = new PreviewBudget()) {
    this.#tools = tools
    this.#budget = budget
  }

  /** What the previews have cost so far, in ms; `undefined` when there were none. */
  get costMs(): number | undefined {
    return this.#spentMs
  }

  /** The previews due at this step: none when nobody wants one, or when they would cost too much. */
  async of(step: StepToShow, wants: readonly PreviewWant[]): Promise<Preview[]> {
    this.#budget.earn(step.stepMs)
    const forms = distinctForms(wants.filter((want) => isPreviewDue(want, step)))
    if (step.decode === undefined || forms.length === 0 || !this.#budget.allows) return []
    const startedMs = this.#tools.nowMs()
    const rough = await step.decode()
    const previews = await Promise.all(forms.map((form) => this.#encode(rough, form, step.size)))
    const tookMs = this.#tools.nowMs() - startedMs
    this.#budget.spend(tookMs)
    this.#spentMs = (this.#spentMs ?? 0) + tookMs
    return previews
  }

  async #encode(rough: RgbImage, form: PreviewForm, whole: PixelSize): Promise<Preview> {
    const size = previewSize(whole, form.side)
    const image = await this.#tools.encode(rough, { codec: form.codec, quality: form.quality, size })
    return { ...form, ...size, image }
  }
}

function distinctForms(wants: readonly PreviewWant[]): PreviewForm[] {
  const forms: PreviewForm[] = []
  for (const { side, codec, quality } of wants) {
    const form = { side, codec, quality }
    if (!forms.some((known) => isSameForm(known, form))) forms.push(form)
  }
  return forms
}

/** The asked shape, at most `side` on its longer side; never larger than the picture itself. */
export function previewSize({ width, height }: PixelSize, side: number): PixelSize {
  const scale = Math.min(1, side / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}
