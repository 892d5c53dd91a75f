import { useEffect, type RefObject } from 'react'
import type { DrawingSurface } from './drawing-surface.ts'

/** `data-drawing` on the element while the pen is down. Past React, or every stroke would render the page twice. */
export function useDrawingMark(element: RefObject<HTMLElement | null>, { store }: DrawingSurface): void {
  useEffect(() => {
    const mark = ({ busy }: { readonly busy: boolean }) => {
      if (element.current) element.current.dataset['drawing'] = String(busy)
    }
    mark(store.getState())
    return store.subscribe(mark)
  }, [element, store])
}
