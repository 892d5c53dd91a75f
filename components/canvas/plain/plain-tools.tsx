'use client'
import { useId } from 'react'
import { useStore } from 'zustand'
import { IconButton } from '../../ui/icon-button.tsx'
import { PhotoButton } from '../photo-button.tsx'
import { COLOURS, WIDTHS } from '../pen.ts'
import type { PlainSurface } from './plain-surface.ts'

const TOOLS = [
  { id: 'draw', label: 'Pen', key: 'D' },
  { id: 'eraser', label: 'Eraser', key: 'E' },
] as const

/** The toolbar of the plain canvas, in the places and looks of the full one. */
export function PlainTools({ surface }: { readonly surface: PlainSurface }) {
  const id = useId()
  const tool = useStore(surface.store, (state) => state.tool)
  const colour = useStore(surface.store, (state) => state.colour)
  const history = useStore(surface.store, (state) => state.history)
  const shown = COLOURS.find((candidate) => candidate.id === colour)
  return (
    <>
      <div className="tool-row">
        <button
          aria-label={`Colour and width: ${shown?.label ?? colour}`}
          className="pen-button"
          popoverTarget={id}
          type="button"
        >
          <span className="swatch" data-colour={colour} style={{ background: shown?.css }} />
        </button>
        <div className="pen-styles" id={id} popover="auto">
          <Styles surface={surface} />
        </div>
        <div className="tool-group tools">
          {TOOLS.map(({ id: one, label, key }) => (
            <IconButton
              icon={one}
              key={one}
              label={label}
              onClick={() => surface.store.setState({ tool: one })}
              pressed={tool === one}
              shortcut={key}
              tip="right"
            />
          ))}
        </div>
      </div>
      <div className="tool-group pen-inline">
        <Styles surface={surface} />
      </div>
      <div className="tool-group history">
        <IconButton
          disabled={history.past.length === 0}
          icon="undo"
          label="Undo"
          onClick={() => surface.undo()}
          shortcut="Ctrl+Z"
          tip="right"
        />
        <IconButton
          disabled={history.future.length === 0}
          icon="redo"
          label="Redo"
          onClick={() => surface.redo()}
          shortcut="Ctrl+Shift+Z"
          tip="right"
        />
        <PhotoButton surface={surface} />
        <IconButton
          disabled={history.items.length === 0}
          icon="clear"
          label="Clear the page"
          onClick={() => surface.clear()}
          tip="right"
        />
      </div>
    </>
  )
}

function Styles({ surface }: { readonly surface: PlainSurface }) {
  const colour = useStore(surface.store, (state) => state.colour)
  const width = useStore(surface.store, (state) => state.width)
  const filled = useStore(surface.store, (state) => state.filled)
  return (
    <>
      <div aria-label="Colour" className="swatches" role="group">
        {COLOURS.map(({ id, label, css }) => (
          <button
            aria-label={label}
            aria-pressed={colour === id}
            className="swatch-button"
            key={id}
            onClick={() => surface.store.setState({ colour: id, tool: 'draw' })}
            title={label}
            type="button"
          >
            <span className="swatch" data-colour={id} style={{ background: css }} />
          </button>
        ))}
        <IconButton
          icon="fill"
          label="Fill closed shapes"
          onClick={() => surface.toggleFill()}
          pressed={filled}
          shortcut="F"
          tip="right"
        />
      </div>
      <div aria-label="Width" className="widths" role="group">
        {WIDTHS.map(({ id, label }) => (
          <button
            aria-label={label}
            aria-pressed={width === id}
            className="width-button"
            key={id}
            onClick={() => surface.store.setState({ width: id })}
            title={label}
            type="button"
          >
            <span className="width-dot" data-width={id} />
          </button>
        ))}
      </div>
    </>
  )
}
