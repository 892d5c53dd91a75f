import type { CSSProperties } from 'react'

/** Where something is, from the window's top left corner, px. */
type Box = Pick<DOMRect, 'left' | 'top' | 'bottom' | 'width'>

interface Room {
  readonly innerWidth: number
  readonly innerHeight: number
}

/** Between a list and its field, and between a list and the edge of the window, px. */
const GAP = 6
const EDGE = 12
/** Lower than this, a list shows too little to choose from. */
const LEAST_HEIGHT = 120

/** Above its field, as the dock is at the bottom; its own width where there is room for it. */
export function placeAbove(popover: HTMLElement, field: HTMLElement): void {
  Object.assign(popover.style, placeFor(field.getBoundingClientRect(), window))
}

/** Where there is no room above its field it is below it, and over it where there is none either. */
export function placeFor(
  field: Box,
  { innerWidth, innerHeight }: Room,
): Required<Pick<CSSProperties, 'left' | 'top' | 'bottom' | 'width' | 'maxHeight'>> {
  const width = Math.min(Math.max(field.width, 320), innerWidth - 2 * EDGE)
  const left = Math.max(EDGE, Math.min(field.left, innerWidth - width - EDGE))
  const across = { left: `${left}px`, width: `${width}px` }
  const above = field.top - GAP - EDGE
  const below = innerHeight - field.bottom - GAP - EDGE
  if (above >= LEAST_HEIGHT)
    return { ...across, top: 'auto', bottom: `${innerHeight - field.top + GAP}px`, maxHeight: `${above}px` }
  if (below >= LEAST_HEIGHT)
    return { ...across, top: `${field.bottom + GAP}px`, bottom: 'auto', maxHeight: `${below}px` }
  return { ...across, top: 'auto', bottom: `${EDGE}px`, maxHeight: `${innerHeight - 2 * EDGE}px` }
}
