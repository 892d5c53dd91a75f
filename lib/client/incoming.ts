import * as v from 'valibot'
import { ImageMetaSchema, ServerMessageSchema } from '../protocol/control.ts'
import type { ImageCodec, ImageMeta, ServerMessage } from '../protocol/control.ts'
import { decodeBinary } from '../protocol/frame.ts'
import { AppError } from '../std/errors.ts'

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

export type Incoming = Exclude<ServerMessage, { type: 'image' | 'preview' }> | Picture

/**
 * Reads one message of the server. `undefined`: nothing for us (a step preview, or a type that a newer server
 * added). Throws AppError for anything else that does not fit the protocol.
 */
export function readIncoming(data: unknown): Incoming | undefined {
  if (typeof data === 'string') return readJson(data)
  if (data instanceof ArrayBuffer) return readBinary(new Uint8Array(data))
  throw new AppError('invalid_message', 'The message is neither text nor an ArrayBuffer')
}

function readJson(text: string): Incoming | undefined {
  const result = v.safeParse(ServerMessageSchema, parse(text))
  if (result.success) {
    // We send binary frames only, and a server answers in the encoding it was asked in.
    return result.output.type === 'image' || result.output.type === 'preview' ? undefined : result.output
  }
  const issue = result.issues[0]
  if (issue.type === 'variant') return undefined
  throw new AppError('invalid_message', issue.message, { field: String(issue.path?.[0].key) })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new AppError('not_json', 'The message is not JSON', { cause })
  }
}

function readBinary(bytes: Uint8Array): Incoming | undefined {
  const { kind, codec, seq, width, height, meta, image } = decodeBinary(bytes)
  if (kind !== 'image') return undefined
  const checked = v.safeParse(ImageMetaSchema, meta)
  if (!checked.success) throw new AppError('invalid_header', checked.issues[0].message, { field: 'meta' })
  if (codec === 'none')
    throw new AppError('invalid_header', 'An image message without image', { field: 'codec' })
  return { type: 'picture', seq, width, height, codec, meta: checked.output, image: image.slice() }
}
