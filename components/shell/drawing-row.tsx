import { useEffect, useRef, useState } from 'react'
import type { KnownDrawing } from '../session/all-drawings.ts'
import { countPins } from '../session/pin-database.ts'
import { Icon } from '../ui/icon.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { whenWords } from './when-words.ts'

interface DrawingRowProps {
  readonly drawing: KnownDrawing
  readonly nowMs: number
  /** It is the one that is open. */
  readonly here: boolean
  /** Data URI of a picture twice as wide as high. */
  readonly thumbnail: string | undefined
  readonly onOpen: (id: string) => void
  readonly onSave: (id: string) => void
  readonly onDelete: (drawing: KnownDrawing) => Promise<void>
}

/** One drawing in the list of all. What is open is neither opened nor deleted here. */
export function DrawingRow(props: DrawingRowProps) {
  const { drawing, nowMs, here, thumbnail, onOpen, onSave, onDelete } = props
  const [asks, setAsks] = useState(false)
  const row = useRef<HTMLLIElement>(null)
  const { id, prompt, atMs } = drawing
  const words = prompt || 'No words'
  const when = atMs === undefined ? 'Found in this browser' : whenWords(atMs, nowMs)
  const onKeep = () => {
    setAsks(false)
    row.current?.querySelector<HTMLButtonElement>('.drawing-open')?.focus()
  }
  return (
    <li className="drawing" data-asks={asks} ref={row}>
      <button
        aria-current={here || undefined}
        className="drawing-open"
        onClick={() => onOpen(id)}
        type="button"
      >
        <span className="thumb drawing-look">
          {thumbnail ? <img alt="" height={48} src={thumbnail} width={96} /> : <Icon name="draw" />}
        </span>
        <span className="drawing-words">
          <span className="drawing-title two-lines">{words}</span>
          <span className="drawing-when small-print">{here ? 'Open now' : when}</span>
        </span>
      </button>
      {asks ? (
        <Question drawing={drawing} onDelete={() => onDelete(drawing)} onKeep={onKeep} />
      ) : (
        <span className="drawing-actions">
          <IconButton icon="save" label={`Save to a file: ${words}`} onClick={() => onSave(id)} />
          <IconButton
            disabled={here}
            icon="clear"
            label={here ? 'Open another drawing to delete this one' : `Delete: ${words}`}
            onClick={() => setAsks(true)}
          />
        </span>
      )}
    </li>
  )
}

interface QuestionProps {
  readonly drawing: KnownDrawing
  readonly onDelete: () => Promise<void>
  readonly onKeep: () => void
}

/** There is no way back from it, so it is asked; the answer that changes nothing has the focus. */
function Question({ drawing: { id }, onDelete, onKeep }: QuestionProps) {
  const [pins, setPins] = useState(0)
  const [isGoing, setIsGoing] = useState(false)
  const keep = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    keep.current?.focus()
    let isGone = false
    countPins(id).then(
      (count) => (isGone ? undefined : setPins(count)),
      () => undefined,
    )
    return () => {
      isGone = true
    }
  }, [id])
  return (
    <div aria-label="Delete this drawing?" className="drawing-question" role="group">
      <p>{`Delete it, with its words and settings${pinWords(pins)}? Nothing brings it back.`}</p>
      <span className="drawing-answers">
        <button className="button" data-quiet="true" onClick={onKeep} ref={keep} type="button">
          Keep it
        </button>
        <button
          className="button"
          data-bad="true"
          disabled={isGoing}
          onClick={() => {
            setIsGoing(true)
            void onDelete().finally(() => setIsGoing(false))
          }}
          type="button"
        >
          Delete
        </button>
      </span>
    </div>
  )
}

function pinWords(count: number): string {
  if (count === 0) return ''
  return count === 1 ? ' and its pinned picture' : ` and its ${count} pinned pictures`
}
