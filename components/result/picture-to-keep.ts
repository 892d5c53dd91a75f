// The picture that a person takes along. The larger one has to be made first: they see the wait, and may take the
// smaller one that is there, or leave it.
import type { ClientState, PaintedFrame, SketchClient } from '../../lib/client/types.ts'
import { AppError } from '../../lib/std/errors.ts'
import { showStaying } from '../session/notices.ts'
import { awaitedSize, largerPicture, type Size } from './larger-picture.ts'

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
export async function pictureToKeep(
  client: SketchClient,
  purpose: string,
): Promise<PaintedFrame | undefined> {
  const shown = shownPicture(client)
  const size = awaitedSize(client.store.getState())
  if (!size) return shown
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
      { label: `Take ${sizeWords(shown)} now`, run: () => end(client.lastFrame() ?? shown) },
      { label: 'Cancel', run: () => end(undefined) },
    ])
    const stopTelling = client.store.subscribe((state) => {
      if (state.status.name === 'closed') end(undefined)
      else notice.say(words(state))
    })
    const onNone = () => {
      stopTelling()
      notice.say(`The server made no picture of ${sizeWords(size)}`)
    }
    void largerPicture(client, { signal: wait.signal, onNone }).then(end)
  })
}

/** What the wait is for, or what it waits on. */
export function waitingWords(
  { status, live, activity }: Pick<ClientState, 'status' | 'live' | 'activity'>,
  { size, purpose }: { readonly size: Size; readonly purpose: string },
): string {
  const what = sizeWords(size)
  if (status.name !== 'live') return `Not connected: the picture of ${what} comes after that`
  if (live && (activity === 'queued' || activity === 'generating'))
    return `Refining to ${what} to ${purpose}, once the pen rests`
  return `Refining to ${what} to ${purpose}`
}
