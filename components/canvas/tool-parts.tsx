// The groups of a toolbar, the same for every canvas.
import { useId, type MouseEvent, type ReactNode } from 'react'
import { IconButton } from '../ui/icon-button.tsx'
import type { IconName } from '../ui/icon.tsx'
import type { DrawingSurface } from './drawing-surface.ts'
import { cssOf, type AnyColour } from './own-colour.ts'
import { OwnColours } from './own-colours.tsx'
import { COLOURS, WIDTHS, type WidthId } from './palette.ts'
import { PhotoButton } from './photo-button.tsx'
import { useToolActions } from './tool-actions.ts'

export interface PenStylesProps {
  /** `undefined`: several, in a selection. */
  readonly colour: string | undefined
  readonly width: string | undefined
  readonly filled: boolean
  /** `goesOn`: in the place of what the picker, still open, showed before. */
  readonly onColour: (colour: AnyColour, goesOn?: boolean) => void
  readonly onWidth: (width: WidthId) => void
  readonly onFill: () => void
}

/** Colour, fill and width: laid out beside the tools where there is room, else behind one button that shows them. */
export function PenInline(props: PenStylesProps) {
  return (
    <div className="tool-group pen-inline">
      <Swatches {...props} />
      <PenWidths {...props} />
    </div>
  )
}

/** The same behind a button, for windows with little room. */
export function PenButton(props: PenStylesProps) {
  const id = useId()
  const { colour } = props
  const name = COLOURS.find((candidate) => candidate.id === colour)?.label ?? colour ?? 'mixed'
  return (
    <>
      <button
        aria-label={`Colour and width: ${name}`}
        className="pen-button"
        popoverTarget={id}
        type="button"
      >
        <span
          className="swatch"
          data-colour={colour}
          style={{ background: colour === undefined ? 'transparent' : cssOf(colour) }}
        />
      </button>
      <div className="pen-styles" id={id} popover="auto">
        <Swatches {...props} />
        <PenWidths {...props} />
      </div>
    </>
  )
}

function Swatches({ colour, filled, onColour, onFill }: PenStylesProps) {
  return (
    <div aria-label="Colour" className="swatches" role="group">
      {COLOURS.map(({ id, label, css }) => (
        <button
          aria-label={label}
          aria-pressed={colour === id}
          className="swatch-button"
          key={id}
          onClick={() => onColour(id)}
          title={label}
          type="button"
        >
          <span className="swatch" data-colour={id} style={{ background: css }} />
        </button>
      ))}
      <OwnColours colour={colour} onColour={onColour} />
      <IconButton
        icon="fill"
        label="Fill closed shapes"
        onClick={onFill}
        pageKey="F"
        pressed={filled}
        tip="right"
      />
    </div>
  )
}

function PenWidths({ width, onWidth }: PenStylesProps) {
  return (
    <div aria-label="Width" className="widths" role="group">
      {WIDTHS.map(({ id, label }) => (
        <button
          aria-label={label}
          aria-pressed={width === id}
          className="width-button"
          key={id}
          onClick={() => onWidth(id)}
          title={label}
          type="button"
        >
          <span className="width-dot" data-width={id} />
        </button>
      ))}
    </div>
  )
}

interface ToolChoiceProps<T extends IconName> {
  readonly tools: readonly { readonly id: T; readonly label: string; readonly key: string | undefined }[]
  readonly chosen: string
  readonly onChoose: (tool: T) => void
  /** The tool in hand was pressed once more, by key: what it is for, without a pointer. */
  readonly onAgain?: (tool: T) => void
}

export function ToolChoice<T extends IconName>({ tools, chosen, onChoose, onAgain }: ToolChoiceProps<T>) {
  return (
    <div className="tool-group tools">
      {tools.map(({ id, label, key }) => (
        <IconButton
          icon={id}
          key={id}
          label={label}
          onClick={(event) => {
            if (onAgain && chosen === id && isByKey(event)) onAgain(id)
            else onChoose(id)
          }}
          pressed={chosen === id}
          shortcut={key}
          tip="right"
        />
      ))}
    </div>
  )
}

/** A pointer counts its clicks. */
function isByKey({ detail }: MouseEvent): boolean {
  return detail === 0
}

/** Among what undoes, while a pen draws and fingers do not. */
export function FingerButton({ onClick }: { readonly onClick: () => void }) {
  return <IconButton icon="finger" label="Draw with fingers again" onClick={onClick} tip="right" />
}

interface HistoryToolsProps {
  readonly surface: DrawingSurface
  readonly canUndo: boolean
  readonly canRedo: boolean
  readonly isEmpty: boolean
  readonly onUndo: () => void
  readonly onRedo: () => void
  readonly children?: ReactNode
}

export function HistoryTools(props: HistoryToolsProps) {
  const { surface, canUndo, canRedo, isEmpty, onUndo, onRedo, children } = props
  const { clear } = useToolActions(surface)
  return (
    <div className="tool-group history">
      <IconButton
        disabled={!canUndo}
        icon="undo"
        label="Undo"
        onClick={onUndo}
        shortcut="Ctrl+Z"
        tip="right"
      />
      <IconButton
        disabled={!canRedo}
        icon="redo"
        label="Redo"
        onClick={onRedo}
        shortcut="Ctrl+Shift+Z"
        tip="right"
      />
      <PhotoButton surface={surface} />
      {children}
      <IconButton disabled={isEmpty} icon="clear" label="Clear the page" onClick={clear} tip="right" />
    </div>
  )
}
