import { refinedParams, sameParams } from '../../lib/client/draft-params.ts'
import type { PaintedFrame, SketchClient } from '../../lib/client/types.ts'
import { AppError, messageOf } from '../../lib/std/errors.ts'
import { notify } from '../session/notices.ts'
import type { Session } from '../session/session.ts'
import { useSession } from '../session/session-context.ts'
import { largerPicture, type Painting } from './larger-picture.ts'
import { framePng } from './picture-file.ts'
import { pictureToKeep, sizeWords } from './picture-to-keep.ts'
import { saveFile } from './save-file.ts'

export interface PictureCommands {
  readonly pin: () => void
  readonly refine: () => void
  readonly useAsDrawing: () => void
  readonly copy: () => void
  readonly download: () => void
}

/** Runs a command; what goes wrong is told with its remedy. */
function told(what: string, run: () => Promise<void>): () => void {
  return () => {
    run().catch((error: unknown) => notify(`${what}: ${messageOf(error)}`, 'problem'))
  }
}

const known = new WeakMap<Session, PictureCommands>()

/** One set for each session: buttons and keys share what is under way. */
export function pictureCommands(session: Session): PictureCommands {
  const commands = known.get(session) ?? makeCommands(session)
  known.set(session, commands)
  return commands
}

function makeCommands(session: Session): PictureCommands {
  const { client, surface, pins, shown } = session
  return {
    pin: told('The picture could not be pinned', async () => {
      const frame = client.lastFrame()
      if (!frame) return
      const content = await (shown.contentOf(frame) ?? surface.content())
      await pins.add(pinnedOf(frame, client), content)
    }),
    refine: told(
      'The picture could not be refined',
      once(() => refine(session)),
    ),
    useAsDrawing: told('The picture could not become the drawing', async () => {
      const frame = client.lastFrame()
      if (!frame) return
      await surface.usePicture(frame.blob)
      notify('The picture is the drawing now. Undo brings your strokes back')
    }),
    copy: told(
      'The picture could not be copied; download it instead',
      once(() => copy(session)),
    ),
    download: told(
      'The picture could not be saved',
      once(() => download(session)),
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

async function copy(painting: Painting): Promise<void> {
  if (!window.isSecureContext)
    throw new AppError('internal', 'browsers give the clipboard to https pages and to localhost only')
  const keeping = pictureToKeep(painting, 'copy it')
  // Safari wants the promise inside: the permission is tied to the click, the picture comes later.
  const png = keeping.then((frame) => {
    if (frame) return framePng(frame)
    throw new AppError('cancelled', 'nothing was to be copied')
  })
  const written = navigator.clipboard.write([new ClipboardItem({ 'image/png': png })])
  written.catch(() => undefined)
  const frame = await keeping
  if (!frame) return
  await written
  notify(`Copied as PNG, ${sizeWords(frame)}`)
}

async function download(painting: Painting): Promise<void> {
  const frame = await pictureToKeep(painting, 'save it')
  if (!frame) return
  const png = await framePng(frame)
  saveFile(png, `sketchwire-${frame.params.seed}-${frame.width}x${frame.height}.png`)
  notify(`Saved as PNG, ${sizeWords(frame)}`)
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

/** A refined picture is pinned with the settings it refines: restoring it must not raise the size of every frame. */
function pinnedOf(frame: PaintedFrame, client: SketchClient): PaintedFrame {
  const live = client.store.getState().params
  if (frame.meta.mode !== 'refine' || !live) return frame
  const { width, height, steps } = live
  const params = { ...frame.params, width, height, steps }
  const refined = refinedParams(params, frame.model)
  // The size may be another one since.
  return refined && sameParams(refined, frame.params) ? { ...frame, params } : frame
}

export function usePictureCommands(): PictureCommands {
  return pictureCommands(useSession())
}
