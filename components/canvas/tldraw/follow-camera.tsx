import { useEffect, type RefObject } from 'react'
import { react } from 'tldraw'
import { useStore } from 'zustand'
import { paperFor } from '../paper.ts'
import type { TldrawSurface } from '../tldraw-surface.ts'

interface FollowCameraProps {
  readonly surface: TldrawSurface
  readonly layer: RefObject<HTMLElement | null>
}

/** Moves and scales `layer` with the paper, as long as it is there. */
export function FollowCamera({ surface, layer }: FollowCameraProps) {
  const editor = useStore(surface.store, (state) => state.hands?.editor)
  const size = useStore(surface.store, (state) => state.size)

  useEffect(() => {
    const element = layer.current
    if (!editor || !element) return
    const paper = paperFor(size)
    const stop = react('lens follows camera', () => {
      const { x, y } = editor.pageToViewport(paper)
      const zoom = editor.getZoomLevel()
      const screen = editor.getViewportScreenBounds()
      const scale = (paper.w * zoom) / screen.w
      element.style.transform = `translate(${x}px, ${y}px) scale(${scale})`
    })
    return () => {
      stop()
      element.style.transform = ''
    }
  }, [editor, layer, size])
  return null
}
