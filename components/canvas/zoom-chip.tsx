'use client'
import { Suspense } from 'react'
import type { DrawingSurface } from './drawing-surface.ts'
import { LoadFailed } from './load-failed.tsx'
import { TldrawZoom } from './tldraw-parts.tsx'
import { TldrawSurface } from './tldraw-surface.ts'

interface ZoomChipProps {
  readonly surface: DrawingSurface
  /** To zoom with one finger, where two or a wheel are not to be had. */
  readonly hasButtons: boolean
}

/** Says how far the sheet is zoomed in and leads back; while it is not, there is a button at most. */
export function ZoomChip({ surface, hasButtons }: ZoomChipProps) {
  if (!(surface instanceof TldrawSurface)) return null
  return (
    <LoadFailed silent>
      <Suspense>
        <TldrawZoom hasButtons={hasButtons} surface={surface} />
      </Suspense>
    </LoadFailed>
  )
}
