import type { WireError } from '../../lib/protocol/errors.ts'
import { sniffCodec } from '../../lib/protocol/image-bytes.ts'
import { Outside, Refused } from './outside.ts'
import type { OutsideRules } from './outside.ts'

export type FetchedImage =
  { readonly ok: true; readonly image: Uint8Array } | { readonly ok: false; readonly error: WireError }

/** Gets the sketch that a request only names. Never rejects. */
export type FetchImage = (url: string, signal: AbortSignal) => Promise<FetchedImage>

export interface FetchOptions extends OutsideRules {
  readonly timeoutMs?: number
  readonly maxBytes?: number
}

const TIMEOUT_MS = 5000
const MAX_BYTES = 8 * 1024 * 1024
const MAX_REDIRECTS = 3
const PICTURE = {
  name: 'picture',
  many: 'Pictures of',
  verb: 'fetched',
  instead: 'send the picture as a data URI',
}

/** Without an allow-list nothing is fetched: the server could be made to ask its own network. */
export const refuseToFetch: FetchImage = async (url) =>
  refusal(
    url,
    'This server fetches no pictures; send the picture itself as a data URI, or start it with SKETCHWIRE_FETCH_HOSTS',
  )

/** Fetches pictures from listed hosts only (outside.ts); redirects are followed by hand, each through the same checks. */
export function createFetchImage(options: FetchOptions): FetchImage {
  if (options.hosts.length === 0) return refuseToFetch
  const outside = new Outside(options, PICTURE)
  const maxBytes = options.maxBytes ?? MAX_BYTES
  return async (url, signal) => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS)])
    try {
      return await follow(new URL(url), { outside, maxBytes, signal: limit })
    } catch (error) {
      if (error instanceof Refused) return refusal(url, error.message)
      if (limit.aborted) return refusal(url, 'The picture did not come in time; send it as a data URI')
      return refusal(url, 'The picture could not be fetched; check its address, or send it as a data URI')
    }
  }
}

interface Following {
  readonly outside: Outside
  readonly maxBytes: number
  readonly signal: AbortSignal
}

const HEADERS = { accept: 'image/jpeg, image/png, image/webp', 'user-agent': 'sketchwire' }

async function follow(first: URL, { outside, maxBytes, signal }: Following): Promise<FetchedImage> {
  let url = first
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const reply = await outside.request(url, { method: 'GET', headers: HEADERS, signal })
    const location = reply.headers['location']
    if (reply.statusCode >= 300 && reply.statusCode < 400 && typeof location === 'string') {
      reply.body.destroy()
      url = new URL(location, url)
      continue
    }
    if (reply.statusCode !== 200) {
      reply.body.destroy()
      throw new Refused(`The server of the picture answered ${reply.statusCode}`)
    }
    return { ok: true, image: await readImage(reply.body, maxBytes) }
  }
  throw new Refused(`The address of the picture leads on more than ${MAX_REDIRECTS} times`)
}

async function readImage(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    // Leaving the loop closes the connection.
    if (bytes > maxBytes) throw new Refused(`The picture has more than ${maxBytes} bytes; send a smaller one`)
    chunks.push(chunk)
  }
  const image = new Uint8Array(Buffer.concat(chunks))
  if (sniffCodec(image) === undefined) throw new Refused('What lies there is not JPEG, PNG or WebP')
  return image
}

function refusal(url: string, message: string): FetchedImage {
  return { ok: false, error: { code: 'invalid_params', message, field: 'image', value: url.slice(0, 80) } }
}
