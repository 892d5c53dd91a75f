import { useValue, type Editor } from 'tldraw'
import { useStore } from 'zustand'
import {
  FingerButton,
  HistoryTools,
  PenButton,
  PenInline,
  ToolChoice,
  type PenStylesProps,
} from '../tool-parts.tsx'
import type { TldrawSurface } from '../tldraw-surface.ts'
import { chooseColour, chooseFill, chooseTool, chooseWidth, readPen, TOOLS } from './pen.ts'
import { putShape } from './put-shape.ts'

export function TldrawTools({ surface }: { readonly surface: TldrawSurface }) {
  const editor = useStore(surface.store, (state) => state.hands?.editor)
  return editor ? <Tools editor={editor} surface={surface} /> : null
}

interface ToolsProps {
  readonly editor: Editor
  readonly surface: TldrawSurface
}

function Tools({ editor, surface }: ToolsProps) {
  const pen = useValue('pen', () => readPen(editor), [editor])
  const styles: PenStylesProps = {
    colour: pen.color,
    width: pen.width,
    filled: pen.filled,
    onColour: (colour, goesOn) => chooseColour(editor, colour, goesOn),
    onWidth: (width) => chooseWidth(editor, width),
    onFill: () => chooseFill(editor, !pen.filled),
  }
  return (
    <>
      <div className="tool-row">
        <PenButton {...styles} />
        <ToolChoice
          chosen={pen.tool}
          onAgain={(tool) => putShape(editor, tool)}
          onChoose={(tool) => chooseTool(editor, tool)}
          tools={TOOLS}
        />
      </div>
      <PenInline {...styles} />
      <History editor={editor} surface={surface} />
    </>
  )
}

function History({ editor, surface }: ToolsProps) {
  const canUndo = useValue('can undo', () => editor.canUndo(), [editor])
  const canRedo = useValue('can redo', () => editor.canRedo(), [editor])
  const isPenMode = useValue('pen mode', () => editor.getInstanceState().isPenMode, [editor])
  const isEmpty = useValue('empty', () => editor.getCurrentPageShapeIds().size === 0, [editor])
  return (
    <HistoryTools
      canRedo={canRedo}
      canUndo={canUndo}
      isEmpty={isEmpty}
      onRedo={() => editor.redo()}
      onUndo={() => editor.undo()}
      surface={surface}
    >
      {isPenMode ? <FingerButton onClick={() => editor.updateInstanceState({ isPenMode: false })} /> : null}
    </HistoryTools>
  )
}
