import { Suspense } from 'react'
import type { DrawingSurface } from './drawing-surface.ts'
import { LoadFailed } from './load-failed.tsx'
import { PlainCanvas } from './plain/plain-canvas.tsx'
import { PlainSurface } from './plain/plain-surface.ts'
import { TldrawCanvas } from './tldraw-parts.tsx'
import { TldrawSurface } from './tldraw-surface.ts'

interface CanvasProps {
  /** Names the drawing in IndexedDB: equal keys share one drawing, different keys never meet. */
  readonly persistenceKey: string
  readonly surface: DrawingSurface
  /** The sheet is in sight and not read-only. What is asked of the surface is done either way. */
  readonly canDraw: boolean
  readonly onProblem: (message: string) => void
}

/** The sheet of paper. */
export function DrawCanvas({ surface, ...props }: CanvasProps) {
  if (surface instanceof PlainSurface) return <PlainCanvas {...props} surface={surface} />
  if (!(surface instanceof TldrawSurface)) return null
  return (
    <LoadFailed>
      <Suspense>
        <TldrawCanvas {...props} surface={surface} />
      </Suspense>
    </LoadFailed>
  )
}
