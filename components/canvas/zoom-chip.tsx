'use client'
import { useValue, type Editor } from 'tldraw'
import { useStore } from 'zustand'
import { TldrawSurface, type DrawingSurface } from './drawing-surface.ts'

/** Says how far the sheet is zoomed in and leads back; there is nothing to see while it is not. */
export function ZoomChip({ surface }: { readonly surface: DrawingSurface }) {
  return surface instanceof TldrawSurface ? <TldrawZoom surface={surface} /> : null
}

function TldrawZoom({ surface }: { readonly surface: TldrawSurface }) {
  const editor = useStore(surface.store, (state) => state.editor)
  return editor ? <Chip editor={editor} /> : null
}

function Chip({ editor }: { readonly editor: Editor }) {
  const zoom = useValue('zoom', () => editor.getZoomLevel() / editor.getBaseZoom(), [editor])
  if (zoom < 1.01) return null
  return (
    <button
      aria-label="Show the whole page"
      className="zoom-chip"
      onClick={() => editor.setCamera(editor.getCamera(), { reset: true, animation: { duration: 180 } })}
      type="button"
    >
      {Math.round(zoom * 100)} % · whole page
    </button>
  )
}
