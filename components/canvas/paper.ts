// The sheet of paper: one fixed rectangle in page space, centred on the origin, so that a drawing stays in the middle
// when the size of the model changes its aspect.
import type { Size } from '../../lib/std/size.ts'

/** Page units of the longer side. Small on purpose: tldraw's pens are then a few pixels wide at the model's size. */
const LONG_SIDE = 512

/** A rectangle in page units; x and y of its upper left corner. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

/** The page rectangle whose aspect is that of `size`, in page units. */
export function paperFor(size: Size): Box {
  const scale = LONG_SIDE / Math.max(size.width, size.height)
  const w = size.width * scale
  const h = size.height * scale
  return { x: -w / 2, y: -h / 2, w, h }
}
