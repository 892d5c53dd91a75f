import { Suspense, useRef, type ReactNode } from 'react'
import type { DrawingSurface } from './drawing-surface.ts'
import { LoadFailed } from './load-failed.tsx'
import { FollowCamera } from './tldraw-parts.tsx'
import { TldrawSurface } from './tldraw-surface.ts'

interface LensLayerProps {
  readonly surface: DrawingSurface
  /** Off: the children simply fill their sheet. */
  readonly on: boolean
  readonly children: ReactNode
}

/** Keeps its children exactly over the paper while the camera zooms into it; the plain canvas has no camera. */
export function LensLayer({ surface, on, children }: LensLayerProps) {
  const layer = useRef<HTMLDivElement>(null)
  return (
    <div className="lens-layer" ref={layer}>
      {children}
      {on && surface instanceof TldrawSurface ? (
        <LoadFailed silent>
          <Suspense>
            <FollowCamera layer={layer} surface={surface} />
          </Suspense>
        </LoadFailed>
      ) : null}
    </div>
  )
}
