// The photos of one drawing, decoded so that painting can be done in one go. Decoded they are many times as large as
// they are in the drawing: what no step of its history shows any more is given back.
import type { History, Item, Photo } from './plain-drawing.ts'

type Items = readonly Item[]

export class DecodedPhotos {
  /** By data URI, which several photos may share. */
  readonly #decoding = new Map<string, Promise<ImageBitmap>>()
  readonly #bitmaps = new Map<string, ImageBitmap>()
  #decoded = 0

  /** Another number once a photo can be painted that could not be before. */
  get decoded(): number {
    return this.#decoded
  }

  /** `undefined`: not decoded yet, or not to be decoded. */
  bitmapOf({ src }: Photo): ImageBitmap | undefined {
    return this.#bitmaps.get(src)
  }

  /** Whether all of `items` can be painted. */
  hasAll(items: Items): boolean {
    return items.every((item) => item.kind === 'stroke' || this.#bitmaps.has(item.src))
  }

  /** Decodes the photos among `items`. Never rejects. */
  async decode(items: Items): Promise<void> {
    await Promise.all([...sourcesOf([items])].map((src) => this.#decode(src)))
  }

  /** One that cannot be decoded stays in the drawing and out of the painting, and is tried again the next time. */
  async #decode(src: string): Promise<void> {
    const decoding = this.#decoding.get(src) ?? decodeUri(src)
    this.#decoding.set(src, decoding)
    try {
      const bitmap = await decoding
      if (this.#decoding.get(src) === decoding) this.#add(src, bitmap)
      else bitmap.close()
    } catch {
      if (this.#decoding.get(src) === decoding) this.#decoding.delete(src)
    }
  }

  /** Whoever waited for the decoding comes by here. */
  #add(src: string, bitmap: ImageBitmap): void {
    if (this.#bitmaps.get(src) !== bitmap) this.#decoded++
    this.#bitmaps.set(src, bitmap)
  }

  /** The drawing went on from `before` to `now`: gives back what only `before` had. A photo on its way to it stays. */
  follow(before: History, now: History): void {
    const pages = new Set(pagesOf(now))
    const left = sourcesOf(pagesOf(before).filter((page) => !pages.has(page)))
    if (left.size === 0) return
    const kept = sourcesOf(pages)
    for (const src of left) if (!kept.has(src)) this.#release(src)
  }

  /** Nobody shows the drawing any more. */
  releaseAll(): void {
    for (const src of [...this.#decoding.keys()]) this.#release(src)
  }

  #release(src: string): void {
    this.#decoding.delete(src)
    this.#bitmaps.get(src)?.close()
    this.#bitmaps.delete(src)
  }
}

async function decodeUri(src: string): Promise<ImageBitmap> {
  const response = await fetch(src)
  return createImageBitmap(await response.blob())
}

/** Every page that undo and redo can lead to. */
function pagesOf({ items, past, future }: History): readonly Items[] {
  return [items, ...past, ...future]
}

function sourcesOf(pages: Iterable<Items>): Set<string> {
  const found = new Set<string>()
  for (const items of pages) for (const item of items) if (item.kind === 'photo') found.add(item.src)
  return found
}
