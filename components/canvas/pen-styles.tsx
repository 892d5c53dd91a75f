import { useId } from 'react'
import type { Editor } from 'tldraw'
import { IconButton } from '../ui/icon-button.tsx'
import { chooseColour, chooseFill, chooseWidth, COLOURS, WIDTHS, type Pen } from './pen.ts'

interface PenStylesProps {
  readonly editor: Editor
  readonly pen: Pen
}

/** Colour, fill and width: laid out beside the tools where there is room, else behind one button that shows them. */
export function PenStyles({ editor, pen }: PenStylesProps) {
  return (
    <div className="tool-group pen-inline">
      <Swatches editor={editor} pen={pen} />
      <PenWidths editor={editor} pen={pen} />
    </div>
  )
}

/** The same behind a button, for windows with little room. */
export function PenButton({ editor, pen }: PenStylesProps) {
  const id = useId()
  const colour = COLOURS.find((candidate) => candidate.id === pen.color)
  return (
    <>
      <button
        aria-label={`Colour and width: ${colour?.label ?? 'mixed'}`}
        className="pen-button"
        popoverTarget={id}
        type="button"
      >
        <span
          className="swatch"
          data-colour={pen.color}
          style={{ background: colour?.css ?? 'transparent' }}
        />
      </button>
      <div className="pen-styles" id={id} popover="auto">
        <Swatches editor={editor} pen={pen} />
        <PenWidths editor={editor} pen={pen} />
      </div>
    </>
  )
}

function Swatches({ editor, pen }: PenStylesProps) {
  return (
    <div aria-label="Colour" className="swatches" role="group">
      {COLOURS.map(({ id, label, css }) => (
        <button
          aria-label={label}
          aria-pressed={pen.color === id}
          className="swatch-button"
          key={id}
          onClick={() => chooseColour(editor, id)}
          title={label}
          type="button"
        >
          <span className="swatch" data-colour={id} style={{ background: css }} />
        </button>
      ))}
      <IconButton
        icon="fill"
        label="Fill closed shapes"
        onClick={() => chooseFill(editor, !pen.filled)}
        pressed={pen.filled}
        shortcut="F"
        tip="right"
      />
    </div>
  )
}

function PenWidths({ editor, pen }: PenStylesProps) {
  return (
    <div aria-label="Width" className="widths" role="group">
      {WIDTHS.map(({ id, label }) => (
        <button
          aria-label={label}
          aria-pressed={pen.width === id}
          className="width-button"
          key={id}
          onClick={() => chooseWidth(editor, id)}
          title={label}
          type="button"
        >
          <span className="width-dot" data-width={id} />
        </button>
      ))}
    </div>
  )
}
