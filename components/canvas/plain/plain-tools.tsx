'use client'
import { useStore } from 'zustand'
import {
  FingerButton,
  HistoryTools,
  PenButton,
  PenInline,
  ToolChoice,
  type PenStylesProps,
} from '../tool-parts.tsx'
import type { PlainSurface } from './plain-surface.ts'

const TOOLS = [
  { id: 'draw', label: 'Pen', key: 'D' },
  { id: 'eraser', label: 'Eraser', key: 'E' },
] as const

/** The toolbar of the plain canvas, in the places and looks of the full one. */
export function PlainTools({ surface }: { readonly surface: PlainSurface }) {
  const tool = useStore(surface.store, (state) => state.tool)
  const colour = useStore(surface.store, (state) => state.colour)
  const width = useStore(surface.store, (state) => state.width)
  const filled = useStore(surface.store, (state) => state.filled)
  const history = useStore(surface.store, (state) => state.history)
  const penOnly = useStore(surface.store, (state) => state.penOnly)
  const styles: PenStylesProps = {
    colour,
    width,
    filled,
    onColour: (next) => surface.store.setState({ colour: next, tool: 'draw' }),
    onWidth: (next) => surface.store.setState({ width: next }),
    onFill: () => surface.toggleFill(),
  }
  return (
    <>
      <div className="tool-row">
        <PenButton {...styles} />
        <ToolChoice chosen={tool} onChoose={(next) => surface.store.setState({ tool: next })} tools={TOOLS} />
      </div>
      <PenInline {...styles} />
      <HistoryTools
        canRedo={history.future.length > 0}
        canUndo={history.past.length > 0}
        isEmpty={history.items.length === 0}
        onRedo={() => surface.redo()}
        onUndo={() => surface.undo()}
        surface={surface}
      >
        {penOnly ? <FingerButton onClick={() => surface.store.setState({ penOnly: false })} /> : null}
      </HistoryTools>
    </>
  )
}
