import { Suspense } from 'react'
import type { BenchPaper } from '../../lib/client/bench/runner.ts'
import type { Size } from '../../lib/std/size.ts'
import { surfaceHere } from './create-surface.ts'
import { LoadFailed } from './load-failed.tsx'
import { BenchPlain } from './plain/bench-plain.tsx'
import { BenchEditor } from './tldraw-parts.tsx'

interface BenchCanvasProps {
  readonly size: Size
  /** `plain`: the plain canvas, also where tldraw could be shown. */
  readonly surface: 'auto' | 'plain'
  readonly onPaper: (paper: BenchPaper) => void
}

/** The sheet of paper that this page's studio would show, drawn on by the scripted pen alone. */
export function BenchCanvas({ surface, ...props }: BenchCanvasProps) {
  if (surfaceHere(surface) === 'plain') return <BenchPlain {...props} />
  return (
    <LoadFailed>
      <Suspense>
        <BenchEditor {...props} />
      </Suspense>
    </LoadFailed>
  )
}
