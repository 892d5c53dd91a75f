'use client'
import { Suspense } from 'react'
import type { DrawingSurface } from './drawing-surface.ts'
import { LoadFailed } from './load-failed.tsx'
import { TldrawZoom } from './tldraw-parts.tsx'
import { TldrawSurface } from './tldraw-surface.ts'

/** Says how far the sheet is zoomed in and leads back; there is nothing to see while it is not. */
export function ZoomChip({ surface }: { readonly surface: DrawingSurface }) {
  if (!(surface instanceof TldrawSurface)) return null
  return (
    <LoadFailed silent>
      <Suspense>
        <TldrawZoom surface={surface} />
      </Suspense>
    </LoadFailed>
  )
}
