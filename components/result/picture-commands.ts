import { notify } from '../session/notices.ts'
import type { Session } from '../session/session.ts'
import { useSession } from '../session/session-context.ts'
import { largerPicture, type Painting } from './larger-picture.ts'
import { paintedPicture, type FilePicture } from './picture-file.ts'
import { pictureToKeep } from './picture-to-keep.ts'
import { pinPicture } from './pin-picture.ts'
import { copyPicture, savePicture, sharePicture } from './take-along.ts'
import { told } from './told.ts'

export interface PictureCommands {
  readonly pin: () => void
  readonly refine: () => void
  readonly useAsDrawing: () => void
  readonly copy: () => void
  readonly download: () => void
  readonly share: () => void
}

const known = new WeakMap<Session, PictureCommands>()

/** One set for each session: buttons and keys share what is under way. */
export function pictureCommands(session: Session): PictureCommands {
  const commands = known.get(session) ?? makeCommands(session)
  known.set(session, commands)
  return commands
}

function makeCommands(session: Session): PictureCommands {
  return {
    pin: told('The picture could not be pinned', async () => {
      const frame = session.client.lastFrame()
      if (frame) await pinPicture(session, frame)
    }),
    refine: told(
      'The picture could not be refined',
      once(() => refine(session)),
    ),
    useAsDrawing: told('The picture could not become the drawing', () => useAsDrawing(session)),
    copy: told(
      'The picture could not be copied; download it instead',
      once(() => copyPicture(() => keeping(session, 'copy it'))),
    ),
    download: told(
      'The picture could not be saved',
      once(() => whenKept(session, 'save it', savePicture)),
    ),
    share: told(
      'The picture could not be shared; download it instead',
      once(() => whenKept(session, 'share it', sharePicture)),
    ),
  }
}

/** Over with the picture, or when the server gives none. */
function refine(painting: Painting): Promise<void> {
  return new Promise((done) => {
    const wait = new AbortController()
    const end = () => {
      wait.abort()
      done()
    }
    void largerPicture(painting, { signal: wait.signal, onNone: end }).then(end)
  })
}

async function useAsDrawing({ client, surface, befores }: Session): Promise<void> {
  const frame = client.lastFrame()
  if (!frame) return
  const keep = befores.hold('picture')
  await surface.usePicture(frame.blob)
  keep()
  notify('The picture is the drawing now. Undo brings your strokes back')
}

async function keeping(painting: Painting, purpose: string): Promise<FilePicture | undefined> {
  const frame = await pictureToKeep(painting, purpose)
  return frame && paintedPicture(frame)
}

async function whenKept(
  painting: Painting,
  purpose: string,
  take: (picture: FilePicture) => Promise<void>,
): Promise<void> {
  const picture = await keeping(painting, purpose)
  if (picture) await take(picture)
}

/** A second press while the first is waited for is no second picture. */
function once(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  return () => {
    running ??= run().finally(() => {
      running = undefined
    })
    return running
  }
}

export function usePictureCommands(): PictureCommands {
  return pictureCommands(useSession())
}
