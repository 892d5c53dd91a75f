import type { Environment } from './environment.ts'

export interface PicturePaint {
  readonly seq: number
  readonly blob: Blob
  /** A refined picture fades in over the live one it replaces. */
  readonly refined: boolean
}

/** `stale`: something newer is already on the canvas. `broken`: the bytes are no picture; the last one stays. */
export type PaintResult = 'painted' | 'stale' | 'broken'

export const FADE_MS = 250

interface Fade {
  readonly from: ImageBitmap
  readonly startMs: number
  cancel: () => void
}

type PainterEnvironment = Pick<
  Environment,
  'clock' | 'requestFrame' | 'decodeImage' | 'prefersReducedMotion' | 'isHidden'
>

/** Draws pictures in the order of their numbers on every attached canvas; the last one never goes away. */
export class Painter {
  readonly #env: PainterEnvironment
  readonly #canvases = new Set<HTMLCanvasElement>()
  #bitmap: ImageBitmap | undefined
  #fade: Fade | undefined
  #paintedSeq = 0
  #disposed = false

  constructor(env: PainterEnvironment) {
    this.#env = env
  }

  attach(canvas: HTMLCanvasElement): () => void {
    this.#canvases.add(canvas)
    this.#draw(canvas)
    return () => this.#canvases.delete(canvas)
  }

  /** Decodes and paints; the canvas gets the picture's own pixel size. */
  async show({ seq, blob, refined }: PicturePaint): Promise<PaintResult> {
    if (seq <= this.#paintedSeq) return 'stale'
    let bitmap: ImageBitmap
    try {
      bitmap = await this.#env.decodeImage(blob)
    } catch {
      return 'broken'
    }
    // A newer, smaller picture may have been decoded faster.
    if (this.#disposed || seq <= this.#paintedSeq) {
      bitmap.close()
      return 'stale'
    }
    this.#paintedSeq = seq
    this.#replace(bitmap, refined)
    return 'painted'
  }

  dispose(): void {
    this.#disposed = true
    this.#endFade()
    this.#bitmap?.close()
    this.#bitmap = undefined
    this.#canvases.clear()
  }

  #replace(bitmap: ImageBitmap, refined: boolean): void {
    this.#endFade()
    const from = this.#bitmap
    this.#bitmap = bitmap
    const smooth = refined && !this.#env.prefersReducedMotion() && !this.#env.isHidden()
    if (from && smooth) {
      this.#fade = {
        from,
        startMs: this.#env.clock.now(),
        cancel: this.#env.requestFrame(() => this.#fadeOn()),
      }
    } else {
      from?.close()
    }
    this.#drawAll()
  }

  #fadeOn(): void {
    const fade = this.#fade
    if (!fade) return
    if (this.#env.clock.now() - fade.startMs >= FADE_MS) this.#endFade()
    else fade.cancel = this.#env.requestFrame(() => this.#fadeOn())
    this.#drawAll()
  }

  #endFade(): void {
    this.#fade?.cancel()
    this.#fade?.from.close()
    this.#fade = undefined
  }

  #drawAll(): void {
    for (const canvas of this.#canvases) this.#draw(canvas)
  }

  #draw(canvas: HTMLCanvasElement): void {
    const bitmap = this.#bitmap
    const context = canvas.getContext('2d')
    if (!bitmap || !context) return
    const { width, height } = bitmap
    // Setting the size clears the canvas, so it is set only when it differs, and painted in the same task.
    if (canvas.width !== width) canvas.width = width
    if (canvas.height !== height) canvas.height = height
    context.globalAlpha = 1
    if (this.#fade) {
      context.imageSmoothingQuality = 'high'
      context.drawImage(this.#fade.from, 0, 0, width, height)
      context.globalAlpha = Math.min(1, (this.#env.clock.now() - this.#fade.startMs) / FADE_MS)
    }
    context.drawImage(bitmap, 0, 0, width, height)
  }
}
