import { useMemo } from 'react'
import type { PaintedFrame, SketchClient } from '../../lib/client/types.ts'
import { messageOf } from '../../lib/std/errors.ts'
import { notify } from '../session/notices.ts'
import type { Session } from '../session/session.ts'
import { useSession } from '../session/session-context.ts'
import { bestFrame, framePng } from './picture-file.ts'
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

export function pictureCommands({ client, surface, pins }: Session): PictureCommands {
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
    copy: told('The picture could not be copied; download it instead', async () => {
      // Safari wants the promise inside: the permission is tied to the click, the picture comes later.
      const png = bestFrame(client).then((frame) => framePng(frame, client.store.getState().model))
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })])
      notify('Copied as PNG')
    }),
    download: told('The picture could not be saved', async () => {
      const frame = await bestFrame(client)
      const png = await framePng(frame, client.store.getState().model)
      saveFile(png, `sketchwire-${frame.params.seed}-${frame.width}x${frame.height}.png`)
    }),
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
  const session = useSession()
  return useMemo(() => pictureCommands(session), [session])
}
