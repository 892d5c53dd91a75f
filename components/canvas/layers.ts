// Cuts a drawing into layers that can be kept from one snapshot to the next. The cut is a function of the drawing
// alone, never of what was drawn before: however a drawing came to be, it is painted by the same operations in the
// same order, so that equal drawings stay equal pixels, cached or not.
import { hashHashes, hashText } from './scene-hash.ts'

/** One shape of the page itself, with all that is inside it. */
export interface LayerItem {
  readonly id: string
  /** Of everything its pixels depend on. */
  readonly hash: number
  /** Painted by an export of the editor, which costs many times what paths do. */
  readonly exported: boolean
}

export interface Layer<T extends LayerItem> {
  /** Equal key: equal pixels at one size. */
  readonly key: string
  readonly items: readonly T[]
}

/** One shape in so many ends a layer: by its id, so that a shape that goes or comes disturbs its own layer only. */
const ONE_IN = 16
/** Ends a layer whatever the ids say. */
const MOST = 32

/**
 * Layers in painting order, each all exported or none of it, so that a stroke beside a photo does not export the photo
 * again. The topmost shape, which is the one under the pen, is alone in the last: while it grows, nothing else is
 * painted anew.
 */
export function planLayers<T extends LayerItem>(items: readonly T[]): Layer<T>[] {
  const top = items.at(-1)
  if (!top) return []
  const layers: Layer<T>[] = []
  let open: T[] = []
  for (const item of items.slice(0, -1)) {
    if (open.at(-1)?.exported === !item.exported) {
      layers.push(layerOf(open))
      open = []
    }
    open.push(item)
    if (open.length < MOST && hashText(item.id) % ONE_IN !== 0) continue
    layers.push(layerOf(open))
    open = []
  }
  if (open.length > 0) layers.push(layerOf(open))
  return [...layers, layerOf([top])]
}

function layerOf<T extends LayerItem>(items: readonly T[]): Layer<T> {
  return { key: `${items.length}:${hashHashes(items.map(({ hash }) => hash)).toString(36)}`, items }
}
