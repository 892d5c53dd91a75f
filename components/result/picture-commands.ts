import type { PaintedFrame, SketchClient } from '../../lib/client/types.ts'
import { AppError, messageOf } from '../../lib/std/errors.ts'
import { notify } from '../session/notices.ts'
import type { Session } from '../session/session.ts'
import { useSession } from '../session/session-context.ts'
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

function makeCommands({ client, surface, pins }: Session): PictureCommands {
  return {
    pin: told('The picture could not be pinned', async () => {
      const frame = client.lastFrame()
      if (!frame) return
      await pins.add(pinnedOf(frame, client), await surface.content())
    }),
    refine: () => client.refine(),
    useAsDrawing: told('The picture could not become the drawing', async () => {
      const frame = client.lastFrame()
      if (!frame) return
      await surface.usePicture(frame.blob)
      notify('The picture is the drawing now. Undo brings your strokes back')
    }),
    copy: told(
      'The picture could not be copied; download it instead',
      once(() => copy(client)),
    ),
    download: told(
      'The picture could not be saved',
      once(() => download(client)),
    ),
  }
}

async function copy(client: SketchClient): Promise<void> {
  if (!window.isSecureContext)
    throw new AppError('internal', 'browsers give the clipboard to https pages and to localhost only')
  const keeping = pictureToKeep(client, 'copy it')
  // Safari wants the promise inside: the permission is tied to the click, the picture comes later.
  const png = keeping.then((frame) => {
    if (frame) return framePng(frame, client.store.getState().model)
    throw new AppError('cancelled', 'nothing was to be copied')
  })
  const written = navigator.clipboard.write([new ClipboardItem({ 'image/png': png })])
  written.catch(() => undefined)
  const frame = await keeping
  if (!frame) return
  await written
  notify(`Copied as PNG, ${sizeWords(frame)}`)
}

async function download(client: SketchClient): Promise<void> {
  const frame = await pictureToKeep(client, 'save it')
  if (!frame) return
  const png = await framePng(frame, client.store.getState().model)
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
  return { ...frame, params: { ...frame.params, width, height, steps } }
}

export function usePictureCommands(): PictureCommands {
  return pictureCommands(useSession())
}
