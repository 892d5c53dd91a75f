'use client'
import { useStore } from 'zustand'
import type { DrawingSurface } from './drawing-surface.ts'

/** On a blank page, until the first stroke: the picture beside it must not pass for the rendering of a drawing. */
export function EmptyHint({ surface }: { readonly surface: DrawingSurface }) {
  const isEmpty = useStore(surface.store, (state) => state.empty)
  return isEmpty ? <p className="empty-hint">Draw here</p> : null
}
