import { useEffect, useRef, type ReactNode } from 'react'
import { react } from 'tldraw'
import { useStore } from 'zustand'
import { TldrawSurface, type DrawingSurface } from './drawing-surface.ts'
import { paperFor } from './paper.ts'

interface LensLayerProps<S extends DrawingSurface> {
  readonly surface: S
  /** Off: the children simply fill their sheet. */
  readonly on: boolean
  readonly children: ReactNode
}

/** Keeps its children exactly over the paper while the camera zooms into it; the plain canvas has no camera. */
export function LensLayer({ surface, ...props }: LensLayerProps<DrawingSurface>) {
  if (surface instanceof TldrawSurface) return <CameraLayer {...props} surface={surface} />
  return <div className="lens-layer">{props.children}</div>
}

function CameraLayer({ surface, on, children }: LensLayerProps<TldrawSurface>) {
  const layer = useRef<HTMLDivElement>(null)
  const editor = useStore(surface.store, (state) => state.editor)
  const size = useStore(surface.store, (state) => state.size)

  useEffect(() => {
    const element = layer.current
    if (!on || !editor || !element) return
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
  }, [editor, on, size])

  return (
    <div className="lens-layer" ref={layer}>
      {children}
    </div>
  )
}
