// What a page says of the drawings that it does not show: a plain `/` begins a new one, and an address may name one that
// this browser has nothing of.
import { useEffect } from 'react'
import { showStaying } from '../session/notices.ts'
import { openExisting, type Way } from '../session/open-drawing.ts'
import { hasSettings, recentDrawings } from '../session/saved.ts'
import type { Session } from '../session/session.ts'
import { chooseDrawingFile } from './file-commands.ts'
import { shortWords } from './short-words.ts'

const UNKNOWN =
  'This browser keeps no drawing at this address. It is where it was drawn: in another browser, on another device or at another port. Save it to a file there, and open that here'

/** Says it until the first stroke, or until it is dismissed. */
export function useFirstWords(session: Session, way: Way): void {
  useEffect(() => {
    const say = { plain: offerLast, named: tellUnknown, chosen: () => undefined }[way]
    return say(session)
  }, [session, way])
}

function offerLast(session: Session): (() => void) | undefined {
  const [last] = recentDrawings().filter(({ id }) => id !== session.id)
  if (!last) return undefined
  const { prompt, id } = last
  const text =
    prompt === '' ? 'Your last drawing is kept' : `Your last drawing is kept: “${shortWords(prompt)}”`
  return sayUntilDrawn(session, text, { label: 'Open it', run: () => openExisting(id) })
}

/** Once the page is there: what is kept of a drawing is on it then. */
function tellUnknown(session: Session): () => void {
  const { surface, id } = session
  let stop: (() => void) | undefined
  const look = ({ ready, empty, kept, unshown } = surface.store.getState()) => {
    if (!ready) return
    stopLooking()
    const isKnown = unshown || hasSettings(id) || recentDrawings().some((drawing) => drawing.id === id)
    if (empty && kept && !isKnown)
      stop = sayUntilDrawn(session, UNKNOWN, { label: 'Open from file', run: chooseDrawingFile })
  }
  const stopLooking = surface.store.subscribe((state) => look(state))
  look()
  return () => {
    stopLooking()
    stop?.()
  }
}

function sayUntilDrawn(
  { surface }: Session,
  text: string,
  action: { readonly label: string; readonly run: () => void },
): () => void {
  const dismiss = { label: 'Dismiss', run: () => close() }
  const notice = showStaying('lasting', text, [action, dismiss])
  const stop = surface.onChange(({ own }) => own && close())
  const close = () => {
    stop()
    notice.close()
  }
  return close
}
