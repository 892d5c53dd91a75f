'use client'
import { Suspense } from 'react'
import type { DrawingSurface } from './drawing-surface.ts'
import { LoadFailed } from './load-failed.tsx'
import { PlainSurface } from './plain/plain-surface.ts'
import { PlainTools } from './plain/plain-tools.tsx'
import { TldrawTools } from './tldraw-parts.tsx'
import { TldrawSurface } from './tldraw-surface.ts'

interface ToolbarProps {
  readonly surface: DrawingSurface
  /** The sheet is out of sight. */
  readonly off: boolean
}

/** Tools, colours and history of the sheet. Empty until the editor is there. */
export function Toolbar({ surface, off }: ToolbarProps) {
  return (
    <div aria-label="Drawing tools" className="toolbar" inert={off} role="group">
      {surface instanceof PlainSurface ? <PlainTools surface={surface} /> : null}
      {surface instanceof TldrawSurface ? (
        <LoadFailed silent>
          <Suspense>
            <TldrawTools surface={surface} />
          </Suspense>
        </LoadFailed>
      ) : null}
    </div>
  )
}
