// Dropped and pasted things. Photos fit the paper; an address becomes text, because fetching it would leave the
// machine; whatever tldraw wants to say about a file is said in our own notices.
import { useEffect } from 'react'
import {
  defaultHandleExternalFileContent,
  defaultHandleExternalTextContent,
  useEditor,
  useReactor,
  useToasts,
  useTranslation,
  type Editor,
  type TLShapeId,
} from 'tldraw'
import type { DrawingSurface } from '../drawing-surface.ts'
import { paperFor } from '../paper.ts'
import { shrinkPhoto } from './shrink-photo.ts'

interface PhotoHandlingProps {
  readonly surface: DrawingSurface
  readonly onProblem: (message: string) => void
}

export function PhotoHandling({ surface, onProblem }: PhotoHandlingProps) {
  const editor = useEditor()
  const toasts = useToasts()
  const msg = useTranslation()

  useEffect(() => {
    editor.registerExternalContentHandler('files', async ({ files: given }) => {
      const files = await Promise.all(given.map(shrinkPhoto))
      const before = new Set(editor.getCurrentPageShapeIds())
      const paper = paperFor(surface.store.getState().size)
      const point = { x: paper.x + paper.w / 2, y: paper.y + paper.h / 2 }
      editor.markHistoryStoppingPoint('add photo')
      await defaultHandleExternalFileContent(editor, { files, point }, { toasts, msg })
      const added = [...editor.getCurrentPageShapeIds()].filter((id) => !before.has(id))
      fitToPaper(editor, added, paperFor(surface.store.getState().size))
      editor.setCurrentTool('select')
    })
    editor.registerExternalContentHandler('url', async ({ url, point }) => {
      await defaultHandleExternalTextContent(editor, { text: url, ...(point ? { point } : {}) })
    })
    editor.registerExternalContentHandler('embed', () => undefined)
  }, [editor, msg, surface, toasts])

  useReactor(
    'tell toasts',
    () => {
      for (const toast of toasts.toasts.get()) {
        toasts.removeToast(toast.id)
        const what = toast.description ?? toast.title ?? 'This file could not be added'
        onProblem(`${what}. Use a JPEG, PNG, WebP, GIF or SVG image of at most 10 MB`)
      }
    },
    [toasts, onProblem],
  )
  return null
}

/** Scales and centres each image so that all of it is on the paper and as large as that allows. */
function fitToPaper(editor: Editor, ids: readonly TLShapeId[], paper: ReturnType<typeof paperFor>): void {
  for (const id of ids) {
    const shape = editor.getShape(id)
    if (shape?.type !== 'image') continue
    const scale = Math.min(paper.w / shape.props.w, paper.h / shape.props.h)
    const w = shape.props.w * scale
    const h = shape.props.h * scale
    const x = paper.x + (paper.w - w) / 2
    const y = paper.y + (paper.h - h) / 2
    editor.updateShape({ id, type: 'image', x, y, props: { w, h } })
  }
  editor.setCamera(editor.getCamera(), { reset: true, immediate: true })
}
