import type { WireError } from '../../lib/protocol/errors.ts'
import { base64Part } from '../../lib/protocol/image-bytes.ts'
import { echo } from './validation.ts'

export type ImageText =
  { readonly ok: true; readonly bytes: Uint8Array } | { readonly ok: false; readonly error: WireError }

/** Bytes of a data URI or of bare base64. A URL is refused: a server that fetches what strangers name is a hole. */
export function imageFromText(text: string, field: string): ImageText {
  const range = 'data:image/(jpeg|png|webp);base64,...'
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    const message = `${field} is a URL, and this server fetches none; send the image itself as a base64 data URI`
    return { ok: false, error: { code: 'unsupported_image', message, field, value: echo(text), range } }
  }
  const base64 = base64Part(text)
  const bytes = base64 === undefined ? undefined : new Uint8Array(Buffer.from(base64, 'base64'))
  if (bytes !== undefined && bytes.length > 0) return { ok: true, bytes }
  const message = `${field} is neither a base64 data URI nor base64; send a JPEG, PNG or WebP that way`
  return { ok: false, error: { code: 'unsupported_image', message, field, value: echo(text), range } }
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}
