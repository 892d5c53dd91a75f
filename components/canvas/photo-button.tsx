import { useRef } from 'react'
import { IconButton } from '../ui/icon-button.tsx'
import { addPhotos } from './add-photos.ts'
import type { DrawingSurface } from './drawing-surface.ts'
import { useToolActions } from './tool-actions.ts'

export function PhotoButton({ surface }: { readonly surface: DrawingSurface }) {
  const { onPhotos } = useToolActions(surface)
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <IconButton icon="photo" label="Add a photo" onClick={() => input.current?.click()} tip="right" />
      <input
        accept="image/jpeg,image/png,image/webp,image/gif"
        aria-label="Photo file"
        hidden
        onChange={(event) => {
          const files = [...(event.target.files ?? [])]
          event.target.value = ''
          addPhotos(surface, files)
          onPhotos(files)
        }}
        ref={input}
        type="file"
      />
    </>
  )
}
