// The picture that a person takes along. The larger one has to be made first: they see the wait, and may take the
// smaller one that is there, or leave it.
import type { ClientState, PaintedFrame, SketchClient } from '../../lib/client/types.ts'
import { AppError } from '../../lib/std/errors.ts'
import type { Size } from '../../lib/std/size.ts'
import { showStaying } from '../session/notices.ts'
import { awaitedSize, largerPicture, type Painting } from './larger-picture.ts'

export const sizeWords = ({ width, height }: Size) => `${width} × ${height}`

/** The picture on the screen. Throws AppError `not_found` before the first one. */
export function shownPicture(client: SketchClient): PaintedFrame {
  const shown = client.lastFrame()
  if (shown) return shown
  throw new AppError('not_found', 'there is no picture yet; draw something first')
}

/**
 * The largest picture of the drawing as it is now, or the one on the screen when the person prefers that to waiting;
 * `undefined` when they changed their mind. `purpose` ends the sentence "Refining to 512 × 512 to ...".
 */
export async function pictureToKeep(painting: Painting, purpose: string): Promise<PaintedFrame | undefined> {
  const { client, shown } = painting
  const picture = shownPicture(client)
  const size = awaitedSize(painting)
  if (!size) return picture
  return new Promise((resolve) => {
    const wait = new AbortController()
    const end = (frame: PaintedFrame | undefined) => {
      wait.abort()
      stopTelling()
      notice.close()
      resolve(frame)
    }
    const words = (state: ClientState) => waitingWords(state, { size, purpose })
    const notice = showStaying('waiting', words(client.store.getState()), [
      { label: takeWords(picture, shown.isCurrent(picture)), run: () => end(client.lastFrame() ?? picture) },
      { label: 'Cancel', run: () => end(undefined) },
    ])
    const stopTelling = client.store.subscribe((state) => {
      if (state.status.name === 'closed') end(undefined)
      else notice.say(words(state))
    })
    const onNone = () => {
      stopTelling()
      notice.say(`The server could not make the ${sizeWords(size)} picture`)
    }
    void largerPicture(painting, { signal: wait.signal, onNone }).then(end)
  })
}

/** Of an earlier drawing, it is not the same picture in small. */
function takeWords(picture: Size, current: boolean): string {
  return current ? `Take ${sizeWords(picture)} now` : 'Take the one shown'
}

/** What the wait is for, or what it waits on. */
export function waitingWords(
  { status, live, activity, params }: Pick<ClientState, 'status' | 'live' | 'activity' | 'params'>,
  { size, purpose }: { readonly size: Size; readonly purpose: string },
): string {
  const what = sizeWords(size)
  if (status.name !== 'live') return `Not connected. The ${what} picture follows once the connection is back`
  const doing = params && size.width > params.width ? 'Refining to' : 'Painting'
  if (live && (activity === 'queued' || activity === 'generating'))
    return `${doing} ${what} to ${purpose}, once the pen rests`
  return `${doing} ${what} to ${purpose}`
}
