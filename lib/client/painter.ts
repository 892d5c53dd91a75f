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
/** A preview is a blur of what comes: the last picture shows through it. */
export const PREVIEW_OPACITY = 0.85

interface Layer {
  readonly bitmap: ImageBitmap
  readonly preview: boolean
  /** Fades in from here; `undefined`: there at once. */
  readonly sinceMs: number | undefined
}

type PainterEnvironment = Pick<
  Environment,
  'clock' | 'requestFrame' | 'decodeImage' | 'prefersReducedMotion' | 'isHidden'
>

/** Draws pictures in the order of their numbers on every attached canvas; the last one never goes away. */
export class Painter {
  readonly #env: PainterEnvironment
  readonly #canvases = new Set<HTMLCanvasElement>()
  /** Lowest first: the last whole picture, previews of the next one over it, or the picture that fades in. */
  #layers: readonly Layer[] = []
  #cancelFrame: (() => void) | undefined
  #paintedSeq = 0
  #previewSeq = 0
  #disposed = false

  constructor(env: PainterEnvironment) {
    this.#env = env
  }

  /** A preview of the picture to come is on the canvas. */
  get previewing(): boolean {
    return this.#layers.at(-1)?.preview ?? false
  }

  attach(canvas: HTMLCanvasElement): () => void {
    this.#canvases.add(canvas)
    this.#draw(canvas)
    return () => this.#canvases.delete(canvas)
  }

  /** Decodes and paints; the canvas gets the picture's own pixel size. */
  show({ seq, blob, refined }: PicturePaint): Promise<PaintResult> {
    return this.#decode(blob, {
      isStale: () => this.#disposed || seq <= this.#paintedSeq,
      paint: (bitmap) => {
        this.#paintedSeq = seq
        this.#push(bitmap, { preview: false, soft: refined })
      },
    })
  }

  /** Paints a step preview of the frame `seq` softly into the picture, until that frame ends. */
  preview(seq: number, blob: Blob): Promise<PaintResult> {
    this.#previewSeq = Math.max(seq, this.#previewSeq)
    return this.#decode(blob, {
      isStale: () => this.#disposed || seq <= this.#paintedSeq || seq !== this.#previewSeq,
      paint: (bitmap) => this.#push(bitmap, { preview: true, soft: true }),
    })
  }

  /** The frame ended without a picture: its previews go, and the last picture is what it was. */
  endPreview(seq: number): void {
    if (seq !== this.#previewSeq) return
    this.#previewSeq = seq + 1
    if (!this.previewing) return
    this.#keep((layer) => !layer.preview)
    this.#drawAll()
  }

  dispose(): void {
    this.#disposed = true
    this.#cancelFrame?.()
    this.#keep(() => false)
    this.#canvases.clear()
  }

  /** Nothing may come between the last question whether it is stale and the paint, or a bitmap could be lost. */
  async #decode(
    blob: Blob,
    { isStale, paint }: { isStale: () => boolean; paint: (bitmap: ImageBitmap) => void },
  ): Promise<PaintResult> {
    if (isStale()) return 'stale'
    let bitmap: ImageBitmap
    try {
      bitmap = await this.#env.decodeImage(blob)
    } catch {
      return 'broken'
    }
    // A newer, smaller picture may have been decoded faster.
    if (isStale()) {
      bitmap.close()
      return 'stale'
    }
    paint(bitmap)
    return 'painted'
  }

  #push(bitmap: ImageBitmap, { preview, soft }: { preview: boolean; soft: boolean }): void {
    const fades =
      soft && this.#layers.length > 0 && !this.#env.prefersReducedMotion() && !this.#env.isHidden()
    // What was still fading in is over: only one layer moves at a time.
    this.#layers = this.#layers.map((layer) => ({ ...layer, sinceMs: undefined }))
    this.#drop()
    this.#layers = [...this.#layers, { bitmap, preview, sinceMs: fades ? this.#env.clock.now() : undefined }]
    this.#fadeOn()
  }

  #fadeOn(): void {
    this.#cancelFrame?.()
    this.#cancelFrame = undefined
    this.#drop()
    if (this.#layers.some((layer) => this.#shown(layer) < 1))
      this.#cancelFrame = this.#env.requestFrame(() => this.#fadeOn())
    this.#drawAll()
  }

  /** How much of a layer's fade is over, 0..1. */
  #shown({ sinceMs }: Layer): number {
    return sinceMs === undefined ? 1 : Math.min(1, (this.#env.clock.now() - sinceMs) / FADE_MS)
  }

  /** Frees what the top layer hides: everything under a picture, earlier previews under a preview. */
  #drop(): void {
    const top = this.#layers.at(-1)
    if (top && this.#shown(top) === 1) this.#keep((layer) => layer === top || (top.preview && !layer.preview))
  }

  #keep(stays: (layer: Layer) => boolean): void {
    for (const layer of this.#layers) if (!stays(layer)) layer.bitmap.close()
    this.#layers = this.#layers.filter(stays)
  }

  #drawAll(): void {
    for (const canvas of this.#canvases) this.#draw(canvas)
  }

  #draw(canvas: HTMLCanvasElement): void {
    const sized = this.#layers.findLast((layer) => !layer.preview) ?? this.#layers[0]
    const context = canvas.getContext('2d')
    if (!sized || !context) return
    const { width, height } = sized.bitmap
    // Setting the size clears the canvas, so it is set only when it differs, and painted in the same task.
    if (canvas.width !== width) canvas.width = width
    if (canvas.height !== height) canvas.height = height
    context.imageSmoothingQuality = 'high'
    for (const [at, layer] of this.#layers.entries()) {
      context.globalAlpha = this.#shown(layer) * (layer.preview && at > 0 ? PREVIEW_OPACITY : 1)
      context.drawImage(layer.bitmap, 0, 0, width, height)
    }
  }
}
