import { Suspense } from 'react'
import type { CanvasTrouble, DrawingSurface } from './drawing-surface.ts'
import { LoadFailed, TOOLS_FAILED } from './load-failed.tsx'
import { PlainCanvas } from './plain/plain-canvas.tsx'
import { PlainSurface } from './plain/plain-surface.ts'
import { TldrawCanvas } from './tldraw-parts.tsx'
import { TldrawSurface } from './tldraw-surface.ts'
import { useCanvasAccess } from './use-canvas-access.ts'

interface CanvasProps {
  /** Names the drawing in IndexedDB: equal keys share one drawing, different keys never meet. */
  readonly persistenceKey: string
  readonly surface: DrawingSurface
  /** The sheet is in sight and not read-only. What is asked of the surface is done either way. */
  readonly canDraw: boolean
  readonly onProblem: (message: string) => void
  /** Nothing can be drawn here, or no picture made of it; said on the page already. */
  readonly onTrouble?: (trouble: CanvasTrouble) => void
}

/** The sheet of paper. */
export function DrawCanvas({ surface, onTrouble, ...props }: CanvasProps) {
  useCanvasAccess(onTrouble)
  if (surface instanceof PlainSurface) return <PlainCanvas {...props} surface={surface} />
  if (!(surface instanceof TldrawSurface)) return null
  return (
    <LoadFailed onFail={() => onTrouble?.({ code: 'not_loaded', message: TOOLS_FAILED })}>
      <Suspense>
        <TldrawCanvas {...props} surface={surface} />
      </Suspense>
    </LoadFailed>
  )
}
