import { useCallback } from 'react'
import { Tldraw, type Editor } from 'tldraw'
import 'tldraw/tldraw.css'
import { TldrawSurface, type DrawingSurface } from './drawing-surface.ts'
import { PhotoHandling } from './photo-handling.tsx'
import { ASSET_URLS, COMPONENTS, OPTIONS, OVERRIDES, PAPER_THEMES } from './tldraw-look.ts'
import { applyFirstStyles } from './pen.ts'
import { PlainCanvas } from './plain/plain-canvas.tsx'
import { PlainSurface } from './plain/plain-surface.ts'
import { keepUnsaved } from './unsaved-changes.ts'

interface CanvasProps<S extends DrawingSurface> {
  /** Names the drawing in IndexedDB: equal keys share one drawing, different keys never meet. */
  readonly persistenceKey: string
  readonly surface: S
  readonly onProblem: (message: string) => void
}

/** The sheet of paper. */
export function DrawCanvas({ surface, ...props }: CanvasProps<DrawingSurface>) {
  if (surface instanceof TldrawSurface) return <TldrawCanvas {...props} surface={surface} />
  return surface instanceof PlainSurface ? <PlainCanvas {...props} surface={surface} /> : null
}

/** All of its chrome is ours; tldraw brings the tools, the history and the storage. */
function TldrawCanvas({ persistenceKey, surface, onProblem }: CanvasProps<TldrawSurface>) {
  const onMount = useCallback(
    (editor: Editor) => {
      applyFirstStyles(editor)
      const stopKeeping = keepUnsaved(editor, persistenceKey)
      const release = surface.attach(editor)
      return () => {
        release()
        stopKeeping()
      }
    },
    [persistenceKey, surface],
  )
  const licenseKey = process.env.NEXT_PUBLIC_TLDRAW_LICENSE_KEY
  return (
    <Tldraw
      {...(licenseKey ? { licenseKey } : {})}
      acceptedVideoMimeTypes={NO_TYPES}
      assetUrls={ASSET_URLS}
      colorScheme="light"
      components={COMPONENTS}
      hideUi
      locale="en"
      maxImageDimension={1536}
      onMount={onMount}
      options={OPTIONS}
      overrides={OVERRIDES}
      persistenceKey={persistenceKey}
      themes={PAPER_THEMES}
    >
      <PhotoHandling onProblem={onProblem} surface={surface} />
    </Tldraw>
  )
}

const NO_TYPES: readonly string[] = []
