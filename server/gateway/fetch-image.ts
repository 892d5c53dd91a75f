import { lookup as dnsLookup } from 'node:dns'
import type { LookupAddress } from 'node:dns'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { Agent, request } from 'undici'
import type { WireError } from '../../lib/protocol/errors.ts'
import { sniffCodec } from '../../lib/protocol/image-bytes.ts'

export type FetchedImage =
  { readonly ok: true; readonly image: Uint8Array } | { readonly ok: false; readonly error: WireError }

/** Gets the sketch that a request only names. Never rejects. */
export type FetchImage = (url: string, signal: AbortSignal) => Promise<FetchedImage>

export interface FetchOptions {
  /** `example.org`, `*.example.org`, or with a port; without one only the ports of http and https. */
  readonly hosts: readonly string[]
  readonly timeoutMs?: number
  readonly maxBytes?: number
  /** For tests, whose servers have no public address. */
  readonly isPublicAddress?: (address: string) => boolean
}

const TIMEOUT_MS = 5000
const MAX_BYTES = 8 * 1024 * 1024
const MAX_REDIRECTS = 3

/** Without an allow-list nothing is fetched: the server could be made to ask its own network. */
export const refuseToFetch: FetchImage = async (url) =>
  refusal(
    url,
    'This server fetches no pictures; send the picture itself as a data URI, or start it with SKETCHWIRE_FETCH_HOSTS',
  )

/** An address that every network on earth means the same by: not loopback, private, link-local, CGNAT, multicast. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  // `process` unwraps IPv4 in IPv6; 6to4, Teredo and NAT64 wrap it too, and are not `unicast`.
  return ipaddr.process(address).range() === 'unicast'
}

/**
 * Fetches pictures from listed hosts only. The name is resolved once, every address it has must be public, and the
 * connection goes to what was checked; redirects are followed by hand, each through the same checks.
 */
export function createFetchImage(options: FetchOptions): FetchImage {
  if (options.hosts.length === 0) return refuseToFetch
  const isPublic = options.isPublicAddress ?? isPublicAddress
  const agent = new Agent({ connect: { lookup: pinnedLookup(isPublic) }, pipelining: 0, keepAliveTimeout: 1 })
  return async (url, signal) => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS)])
    try {
      return await follow(new URL(url), { ...options, isPublic, agent, signal: limit })
    } catch (error) {
      if (error instanceof Refused) return refusal(url, error.message)
      if (limit.aborted) return refusal(url, 'The picture did not come in time; send it as a data URI')
      return refusal(url, 'The picture could not be fetched; check its address, or send it as a data URI')
    }
  }
}

class Refused extends Error {
  override readonly name = 'Refused'
}

interface Following extends FetchOptions {
  readonly isPublic: (address: string) => boolean
  readonly agent: Agent
  readonly signal: AbortSignal
}

async function follow(first: URL, options: Following): Promise<FetchedImage> {
  let url = first
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    checkUrl(url, options)
    const { agent: dispatcher, signal } = options
    const headers = { accept: 'image/jpeg, image/png, image/webp', 'user-agent': 'sketchwire' }
    const reply = await request(url, { dispatcher, signal, headers, method: 'GET' })
    // Destroying it, as both ends below do, is an error that is no news.
    reply.body.on('error', () => undefined)
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
    return { ok: true, image: await readImage(reply.body, options.maxBytes ?? MAX_BYTES) }
  }
  throw new Refused(`The address of the picture leads on more than ${MAX_REDIRECTS} times`)
}

function checkUrl(url: URL, { hosts, isPublic }: Following): void {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Refused('The address of a picture begins with http:// or https://')
  if (url.username !== '' || url.password !== '')
    throw new Refused('The address of a picture holds no user name')
  if (!hosts.some((listed) => matchesHost(url, listed.toLowerCase())))
    throw new Refused(
      `Pictures of ${url.host} are not fetched; to let them, add it to SKETCHWIRE_FETCH_HOSTS`,
    )
  // An address in figures is never looked up, so it is checked here.
  const bare = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(bare) !== 0 && !isPublic(bare)) throw new Refused(NOT_PUBLIC)
}

const NOT_PUBLIC = 'The address of the picture is not a public one; send the picture as a data URI'

/** `url.port` is empty for the usual port of its protocol. */
function matchesHost({ hostname, port }: URL, listed: string): boolean {
  const [, name = '', listedPort = ''] = /^(.*?)(?::(\d+))?$/.exec(listed) ?? []
  if (port !== listedPort) return false
  return name.startsWith('*.')
    ? hostname.endsWith(name.slice(1)) && hostname.length > name.length - 1
    : hostname === name
}

type LookupDone = (error: Error | null, address: string | LookupAddress[], family?: number) => void

/** Resolves once and hands out exactly what it has checked: between check and connection no name can change. */
function pinnedLookup(isPublic: (address: string) => boolean) {
  return (hostname: string, options: { all?: boolean | undefined }, done: LookupDone): void => {
    dnsLookup(hostname, { all: true }, (error, addresses) => {
      const [first] = addresses ?? []
      if (error || !first) return done(error ?? new Error('no address'), [])
      if (!addresses.every(({ address }) => isPublic(address))) return done(new Refused(NOT_PUBLIC), [])
      if (options.all) done(null, addresses)
      else done(null, first.address, first.family)
    })
  }
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
