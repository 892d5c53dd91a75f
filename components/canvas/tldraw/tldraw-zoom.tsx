import { useValue, type Editor } from 'tldraw'
import { useStore } from 'zustand'
import type { TldrawSurface } from '../tldraw-surface.ts'
import { isFitted, zoomOf } from './camera.ts'

export function TldrawZoom({ surface }: { readonly surface: TldrawSurface }) {
  const editor = useStore(surface.store, (state) => state.hands?.editor)
  return editor ? <Chip editor={editor} /> : null
}

function Chip({ editor }: { readonly editor: Editor }) {
  const zoom = useValue('zoom', () => zoomOf(editor), [editor])
  const isWhole = useValue('whole page', () => isFitted(editor), [editor])
  if (isWhole) return null
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
