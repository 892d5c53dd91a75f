'use client'
import { useEffect, useMemo } from 'react'
import { useStore } from 'zustand'
import { useSession } from '../session/session-context.ts'
import { Dialog } from '../ui/dialog.tsx'
import { Film, Still } from './film.tsx'
import { PastPictureActions } from './past-picture-actions.tsx'
import {
  besideOf,
  chosenOf,
  factsWords,
  pastPictures,
  placeWords,
  type PastPicture,
} from './past-pictures.ts'
import { closePictures, openPictures, picturesView } from './pictures-view.ts'

interface PicturesDialogProps {
  readonly onRemove: (id: string) => void
}

/** The pictures that went by and the pinned ones, one of them large. Nothing of it is there while it is closed. */
export function PicturesDialog({ onRemove }: PicturesDialogProps) {
  const open = useStore(picturesView, (state) => state.open)
  useEffect(() => closePictures, [])
  return (
    <Dialog className="pictures-dialog" onClose={closePictures} open={open} title="Pictures so far">
      {open ? <Pictures onRemove={onRemove} /> : null}
    </Dialog>
  )
}

function Pictures({ onRemove }: PicturesDialogProps) {
  const session = useSession()
  const recent = useStore(session.recent.store, (state) => state.pictures)
  const pins = useStore(session.pins.store, (state) => state.pins)
  const chosen = useStore(picturesView, (state) => state.chosen)
  const all = useMemo(() => pastPictures(recent, pins), [recent, pins])
  const past = chosenOf(all, chosen)
  useArrows(all, past)
  if (!past) return <p className="dialog-said">There is no picture yet. Draw something, and come back.</p>
  const { picture } = past
  const remove = (id: string) => {
    openPictures((besideOf(all, past, 1) ?? besideOf(all, past, -1))?.id)
    onRemove(id)
  }
  return (
    <>
      <figure className="past-picture">
        <Still alt={picture.params.prompt || 'A picture without words'} picture={picture} />
        <figcaption aria-live="polite">
          <span className="past-place">{placeWords(all, past)}</span>
          <span className="past-words two-lines" dir="auto">
            {picture.params.prompt || 'No words'}
          </span>
          <span className="past-facts small-print">{factsWords(picture)}</span>
        </figcaption>
      </figure>
      <PastPictureActions onRemove={remove} past={past} />
      <Film all={all} chosen={past} kind="recent" title="Went by" />
      <Film all={all} chosen={past} kind="pinned" title="Pinned" />
    </>
  )
}

/** Left and right go through all of them. A dialog keeps its keys from the page, so they are heard before it does. */
function useArrows(all: readonly PastPicture[], past: PastPicture | undefined): void {
  useEffect(() => {
    if (!past) return
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return
      const next = besideOf(all, past, event.key === 'ArrowRight' ? 1 : -1)
      event.preventDefault()
      if (next) openPictures(next.id)
    }
    window.addEventListener('keydown', onKeyDown, { capture: true })
    return () => window.removeEventListener('keydown', onKeyDown, { capture: true })
  }, [all, past])
}
