import type { ImageCodec, ImageMeta, ServerMessage } from '../protocol/control.ts'
import { decodeBinary } from '../protocol/frame.ts'
import { AppError } from '../std/errors.ts'
import { checkImageMeta, checkPreviewMeta, checkText } from './server-messages.ts'
import type { Checked } from './server-messages.ts'

/** A finished picture as it came over the binary wire; `image` is a copy that may be kept. */
export interface Picture {
  readonly type: 'picture'
  readonly seq: number
  readonly width: number
  readonly height: number
  readonly codec: ImageCodec
  readonly meta: ImageMeta
  readonly image: Uint8Array<ArrayBuffer>
}

/** A rough picture of one denoising step of a frame that runs; `image` as above. */
export interface StepPreview {
  readonly type: 'preview'
  readonly seq: number
  readonly step: number
  readonly steps: number
  readonly codec: ImageCodec
  readonly image: Uint8Array<ArrayBuffer>
}

export type Incoming = Exclude<ServerMessage, { type: 'image' | 'preview' }> | Picture | StepPreview

/**
 * Reads one message of the server. `undefined`: nothing for us, a type that a newer server added. Throws SyntaxError
 * for a text that is no JSON, AppError for anything else that does not fit the protocol.
 */
export function readIncoming(data: unknown): Incoming | undefined {
  if (typeof data === 'string') return readJson(data)
  if (data instanceof ArrayBuffer) return readBinary(new Uint8Array(data))
  throw new AppError('invalid_message', 'The message is no ArrayBuffer')
}

function readJson(text: string): Incoming | undefined {
  // We send binary frames only, and a server answers in the encoding it was asked in: no pictures come as text.
  const checked = checkText(JSON.parse(text))
  if (checked === undefined || 'value' in checked) return checked?.value
  const { misfit: field } = checked
  throw new AppError('invalid_message', `${field} is not what the protocol says`, { field })
}

function readBinary(bytes: Uint8Array): Incoming | undefined {
  const { kind, codec, seq, width, height, meta, image } = decodeBinary(bytes)
  if (kind === 'frame') return undefined
  if (codec === 'none')
    throw new AppError('invalid_header', 'An image message without image', { field: 'codec' })
  const copy = image.slice()
  if (kind === 'preview') {
    const { step, steps } = readMeta(checkPreviewMeta(meta))
    return { type: 'preview', seq, step, steps, codec, image: copy }
  }
  return { type: 'picture', seq, width, height, codec, meta: readMeta(checkImageMeta(meta)), image: copy }
}

function readMeta<T>(checked: Checked<T>): T {
  if ('value' in checked) return checked.value
  throw new AppError('invalid_header', `${checked.misfit} is not what the protocol says`, { field: 'meta' })
}
