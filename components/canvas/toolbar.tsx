'use client'
import { useRef } from 'react'
import { useValue, type Editor } from 'tldraw'
import { useStore } from 'zustand'
import { IconButton } from '../ui/icon-button.tsx'
import type { DrawingSurface } from './drawing-surface.ts'
import { chooseTool, readPen, TOOLS } from './pen.ts'
import { PenButton, PenStyles } from './pen-styles.tsx'

interface ToolbarProps {
  readonly surface: DrawingSurface
  /** The sheet is out of sight. */
  readonly off: boolean
}

/** Tools, colours and history of the sheet. Empty until the editor is there. */
export function Toolbar({ surface, off }: ToolbarProps) {
  const editor = useStore(surface.store, (state) => state.editor)
  return (
    <div aria-label="Drawing tools" className="toolbar" inert={off} role="group">
      {editor ? <Tools editor={editor} surface={surface} /> : null}
    </div>
  )
}

function Tools({ editor, surface }: { readonly editor: Editor; readonly surface: DrawingSurface }) {
  const pen = useValue('pen', () => readPen(editor), [editor])
  return (
    <>
      <div className="tool-row">
        <PenButton editor={editor} pen={pen} />
        <div className="tool-group tools">
          {TOOLS.map(({ id, label, key }) => (
            <IconButton
              icon={id}
              key={id}
              label={label}
              onClick={() => chooseTool(editor, id)}
              pressed={pen.tool === id}
              shortcut={key}
              tip="right"
            />
          ))}
        </div>
      </div>
      <PenStyles editor={editor} pen={pen} />
      <History editor={editor} surface={surface} />
    </>
  )
}

function PhotoButton({ surface }: { readonly surface: DrawingSurface }) {
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
          if (files.length > 0) void surface.addPhotos(files)
        }}
        ref={input}
        type="file"
      />
    </>
  )
}

interface HistoryProps {
  readonly editor: Editor
  readonly surface: DrawingSurface
}

function History({ editor, surface }: HistoryProps) {
  const canUndo = useValue('can undo', () => editor.canUndo(), [editor])
  const canRedo = useValue('can redo', () => editor.canRedo(), [editor])
  const isPenMode = useValue('pen mode', () => editor.getInstanceState().isPenMode, [editor])
  const isEmpty = useValue('empty', () => editor.getCurrentPageShapeIds().size === 0, [editor])
  return (
    <div className="tool-group history">
      <IconButton
        disabled={!canUndo}
        icon="undo"
        label="Undo"
        onClick={() => editor.undo()}
        shortcut="Ctrl+Z"
        tip="right"
      />
      <IconButton
        disabled={!canRedo}
        icon="redo"
        label="Redo"
        onClick={() => editor.redo()}
        shortcut="Ctrl+Shift+Z"
        tip="right"
      />
      <PhotoButton surface={surface} />
      {isPenMode ? (
        <IconButton
          icon="finger"
          label="Draw with fingers again"
          onClick={() => editor.updateInstanceState({ isPenMode: false })}
          tip="right"
        />
      ) : null}
      <IconButton
        disabled={isEmpty}
        icon="clear"
        label="Clear the page"
        onClick={() => surface.clear()}
        tip="right"
      />
    </div>
  )
}
