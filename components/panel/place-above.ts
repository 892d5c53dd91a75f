import type { CSSProperties } from 'react'

/** Above its field, as the dock is at the bottom; its own width where there is room for it. */
export function placeAbove(popover: HTMLElement, field: HTMLElement): void {
  const box = field.getBoundingClientRect()
  const width = Math.min(Math.max(box.width, 320), window.innerWidth - 24)
  const left = Math.max(12, Math.min(box.left, window.innerWidth - width - 12))
  const style: CSSProperties = {
    left: `${left}px`,
    bottom: `${window.innerHeight - box.top + 6}px`,
    width: `${width}px`,
    maxHeight: `${Math.max(120, box.top - 18)}px`,
  }
  Object.assign(popover.style, style)
}
