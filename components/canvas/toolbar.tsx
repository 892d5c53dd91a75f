'use client'
import { useValue, type Editor } from 'tldraw'
import { useStore } from 'zustand'
import { IconButton } from '../ui/icon-button.tsx'
import { TldrawSurface, type DrawingSurface } from './drawing-surface.ts'
import { chooseTool, readPen, TOOLS } from './pen.ts'
import { PenButton, PenStyles } from './pen-styles.tsx'
import { PhotoButton } from './photo-button.tsx'
import { PlainSurface } from './plain/plain-surface.ts'
import { PlainTools } from './plain/plain-tools.tsx'

interface ToolbarProps {
  readonly surface: DrawingSurface
  /** The sheet is out of sight. */
  readonly off: boolean
}

/** Tools, colours and history of the sheet. Empty until the editor is there. */
export function Toolbar({ surface, off }: ToolbarProps) {
  return (
    <div aria-label="Drawing tools" className="toolbar" inert={off} role="group">
      {surface instanceof TldrawSurface ? <TldrawTools surface={surface} /> : null}
      {surface instanceof PlainSurface ? <PlainTools surface={surface} /> : null}
    </div>
  )
}

function TldrawTools({ surface }: { readonly surface: TldrawSurface }) {
  const editor = useStore(surface.store, (state) => state.editor)
  return editor ? <Tools editor={editor} surface={surface} /> : null
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
