'use client'
import { useEffect, useRef, useState, type RefObject } from 'react'
import { messageOf } from '../../lib/std/errors.ts'
import { deleteDrawing, unlistedDrawings, type KnownDrawing } from '../session/all-drawings.ts'
import { openExisting } from '../session/open-drawing.ts'
import { recentDrawings } from '../session/saved.ts'
import { useSession } from '../session/session-context.ts'
import { loadThumbnails } from '../session/thumbnail-database.ts'
import { Dialog } from '../ui/dialog.tsx'
import { DrawingRow } from './drawing-row.tsx'
import { saveDrawing, saveKeptDrawing } from './file-commands.ts'
import { shortWords } from './short-words.ts'

interface DrawingsDialogProps {
  readonly open: boolean
  readonly onClose: () => void
}

/** Every drawing of this browser, newest first. */
export function DrawingsDialog({ open, onClose }: DrawingsDialogProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  return (
    <Dialog className="drawings-dialog" heading={heading} onClose={onClose} open={open} title="All drawings">
      {open ? <Drawings heading={heading} onClose={onClose} /> : null}
    </Dialog>
  )
}

/** So many can be looked through without searching. */
const AT_A_GLANCE = 8

interface DrawingsProps {
  readonly heading: RefObject<HTMLElement | null>
  readonly onClose: () => void
}

function Drawings({ heading, onClose }: DrawingsProps) {
  const { id: here } = useSession()
  const { drawings, thumbnails, isComplete, remove } = useAllDrawings()
  const { said, ...commands } = useCommands({ heading, onClose, remove })
  const [nowMs] = useState(() => Date.now())
  const [words, setWords] = useState('')
  const shown = drawings.filter(({ prompt }) => prompt.toLowerCase().includes(words.trim().toLowerCase()))
  return (
    <>
      {drawings.length > AT_A_GLANCE ? (
        <input
          aria-label="Find a drawing by its words"
          className="text-field drawings-search"
          onChange={(event) => setWords(event.target.value)}
          placeholder="Find by words"
          type="search"
          value={words}
        />
      ) : null}
      <ul aria-label="Drawings" className="drawings">
        {shown.map((drawing) => (
          <DrawingRow
            drawing={drawing}
            here={drawing.id === here}
            key={drawing.id}
            nowMs={nowMs}
            thumbnail={thumbnails.get(drawing.id)}
            {...commands}
          />
        ))}
      </ul>
      <p className="dialog-said" role="status">
        {shown.length === 0 && isComplete ? NONE_WORDS[drawings.length > 0 ? 'found' : 'drawn'] : null}
      </p>
      <p className="dialog-said" role="status">
        {said}
      </p>
      <p className="dialog-note">
        They are kept in this browser and nowhere else. Save to a file what must last.
      </p>
    </>
  )
}

interface CommandsOptions extends DrawingsProps {
  readonly remove: (id: string) => Promise<void>
}

/** What can be done with a drawing of the list, and what was `said` of it last. */
function useCommands({ heading, onClose, remove }: CommandsOptions) {
  const session = useSession()
  const [said, setSaid] = useState('')
  const onOpen = (id: string) => {
    onClose()
    if (id !== session.id) openExisting(id)
  }
  const onSave = (id: string) => {
    setSaid('')
    void (id === session.id ? saveDrawing(session, setSaid) : saveKeptDrawing(id, setSaid))
  }
  const onDelete = async ({ id, prompt }: KnownDrawing) => {
    try {
      await remove(id)
      setSaid(`Deleted: ${shortWords(prompt) || 'No words'}`)
      // The button that was pressed went with its row.
      heading.current?.focus()
    } catch (error) {
      setSaid(`It was not deleted: ${messageOf(error)}`)
    }
  }
  return { said, onOpen, onSave, onDelete }
}

const NONE_WORDS = {
  found: 'None of them has these words',
  drawn: 'Nothing was drawn in this browser yet',
}

/** The list at once, what is kept without being on it a moment later. */
function useAllDrawings() {
  const [listed, setListed] = useState<readonly KnownDrawing[]>(recentDrawings)
  const [unlisted, setUnlisted] = useState<readonly KnownDrawing[]>()
  const [thumbnails, setThumbnails] = useState<ReadonlyMap<string, string>>(NONE)
  useEffect(() => {
    let isGone = false
    const unless = <T,>(use: (found: T) => void) => {
      return (found: T) => (isGone ? undefined : use(found))
    }
    unlistedDrawings().then(
      unless(setUnlisted),
      unless(() => setUnlisted([])),
    )
    loadThumbnails().then(unless(setThumbnails), () => undefined)
    return () => {
      isGone = true
    }
  }, [])
  const remove = async (id: string) => {
    await deleteDrawing(id)
    const others = (all: readonly KnownDrawing[]) => all.filter((drawing) => drawing.id !== id)
    setListed(others)
    setUnlisted((all) => all && others(all))
  }
  const drawings = [...listed, ...(unlisted ?? [])]
  return { drawings, thumbnails, isComplete: unlisted !== undefined, remove }
}

const NONE: ReadonlyMap<string, string> = new Map()
