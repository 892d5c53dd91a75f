import type { ImageCodec } from './control.ts'

/** What the first bytes say an image is, whatever its name or type claims. */
export function sniffCodec(bytes: Uint8Array): ImageCodec | undefined {
  if (starts(bytes, [0xff, 0xd8, 0xff])) return 'jpeg'
  if (starts(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'png'
  if (starts(bytes, [0x52, 0x49, 0x46, 0x46]) && starts(bytes.subarray(8), [0x57, 0x45, 0x42, 0x50]))
    return 'webp'
  return undefined
}

function starts(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte)
}

/** All that is looked at of megabytes, on which a pattern let loose overflows the stack: a name may be in a data URI's head. */
const HEAD_CHARS = 1000
const TAIL_CHARS = 100
/** Of whatever type, with whatever parameters: what the bytes are is for them to say. */
const DATA_URI = /^\s*data:.*?;base64,/is

/**
 * Base64 text of a data URI, or the text itself when it is bare base64; `undefined` for anything else (a URL, say). It
 * may be wrapped into lines, as encoders do for mail: whoever decodes it passes over white space.
 */
export function base64Part(text: string): string | undefined {
  const head = text.slice(0, HEAD_CHARS)
  const match = DATA_URI.exec(head)
  if (match) return text.slice(match[0].length)
  const ends = oneLine(head) + oneLine(text.slice(HEAD_CHARS).slice(-TAIL_CHARS))
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(ends) && !text.includes(':') ? text : undefined
}

/** Only where lines break: words with spaces between them are no base64. */
function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, '')
}

export function dataUri(codec: ImageCodec, base64: string): string {
  return `data:image/${codec};base64,${base64}`
}
