import { useCallback, useEffect } from 'react'
import { Tldraw, type Editor } from 'tldraw'
import 'tldraw/tldraw.css'
import { useStore } from 'zustand'
import type { TldrawSurface } from '../tldraw-surface.ts'
import { attachEditor } from './attach-editor.ts'
import { Rescued } from './crashed.tsx'
import { spareFonts } from './fonts.ts'
import { leavePageGestures } from './page-gestures.ts'
import { SHAPE_UTILS } from './shape-utils.ts'
import { PhotoHandling } from './photo-handling.tsx'
import { SelectionBar } from './selection-bar.tsx'
import { ASSET_URLS, COMPONENTS, OPTIONS, OVERRIDES, PAPER_THEMES } from './tldraw-look.ts'
import { keepUnsaved } from './unsaved-changes.ts'
import { useKeptStore } from './use-kept-store.ts'

interface TldrawCanvasProps {
  readonly persistenceKey: string
  readonly surface: TldrawSurface
  readonly canDraw: boolean
  readonly onProblem: (message: string) => void
}

/** All of its chrome and its storage are ours; tldraw brings the tools and the history. */
export function TldrawCanvas({ persistenceKey, surface, canDraw, onProblem }: TldrawCanvasProps) {
  const onMount = useCallback(
    (editor: Editor) => {
      const stopSparing = spareFonts(editor)
      const stopKeeping = keepUnsaved(editor, persistenceKey, () => surface.store.getState().kept)
      const release = attachEditor(surface, editor, onProblem)
      const stopLeaving = leavePageGestures(editor)
      return () => {
        stopLeaving()
        release()
        stopKeeping()
        stopSparing()
      }
    },
    [persistenceKey, surface, onProblem],
  )
  useKeys(surface, canDraw)
  const store = useKeptStore(persistenceKey, surface)
  const licenseKey = process.env.NEXT_PUBLIC_TLDRAW_LICENSE_KEY
  return (
    <Rescued drawing={persistenceKey} store={store} surface={surface}>
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
        shapeUtils={SHAPE_UTILS}
        store={store}
        themes={PAPER_THEMES}
      >
        <PhotoHandling onProblem={onProblem} surface={surface} />
      </Tldraw>
      {canDraw ? <SelectionBar surface={surface} /> : null}
    </Rescued>
  )
}

/** tldraw hears keys and the clipboard wherever the focus is on the page, for as long as its own flag says so. */
function useKeys(surface: TldrawSurface, canDraw: boolean): void {
  const editor = useStore(surface.store, (state) => state.hands?.editor)
  useEffect(() => {
    if (canDraw) editor?.focus({ focusContainer: false })
    else editor?.blur()
  }, [editor, canDraw])
}

const NO_TYPES: readonly string[] = []
