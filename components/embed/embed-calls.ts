// What the embedding page may ask of the canvas.
import type { HostMessage } from '../../lib/embed/messages.ts'
import { HARD_LIMITS } from '../../lib/protocol/param-limits.ts'
import { AppError } from '../../lib/std/errors.ts'
import { hasAtMostChars } from '../../lib/std/text.ts'
import { needCanvases } from '../canvas/canvas-access.ts'
import { framePng, pictureOfType } from '../result/picture-file.ts'
import { bringDrawing } from '../session/bring-drawing.ts'
import { readDrawingFile, writeDrawingFile } from '../session/drawing-file.ts'
import { settingsOf } from '../session/known-settings.ts'
import type { Session } from '../session/session.ts'
import { exportedPicture } from './exported-picture.ts'

export type HostCall = Exclude<HostMessage, { type: 'set' | 'token' }>

/** Does what was asked and gives what is to be sent back. Throws AppError that says why not. */
export async function answerCall(call: HostCall, session: Session): Promise<unknown> {
  const { client, surface } = session
  switch (call.type) {
    case 'setPrompt':
      client.setParams({ prompt: checkedPrompt(call.prompt) })
      return undefined
    case 'clear':
      surface.clear()
      session.changed()
      return undefined
    case 'loadDrawing':
      await bringDrawing(session, readDrawingFile(call.drawing))
      return undefined
    case 'exportDrawing':
      return await drawingText(session)
    case 'exportImage': {
      // Where they hide what they hold the server has painted noise, whatever the type.
      await needCanvases()
      const frame = await exportedPicture(session)
      if (call.format === 'image/png') return await framePng(frame)
      return await pictureOfType(frame.blob, call.format)
    }
  }
}

/** As `.sketchwire.json` files hold it. */
export async function drawingText({ client, surface }: Pick<Session, 'client' | 'surface'>): Promise<string> {
  const content = await surface.content()
  return await writeDrawingFile({ params: settingsOf(client.store.getState()), content }).text()
}

function checkedPrompt(prompt: string): string {
  const { promptChars } = HARD_LIMITS
  if (hasAtMostChars(prompt, promptChars)) return prompt
  throw new AppError('invalid_params', `prompt must be at most ${promptChars} characters; shorten it`, {
    field: 'prompt',
    value: [...prompt].length,
    range: `0..${promptChars} characters`,
  })
}
