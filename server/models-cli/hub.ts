// The hub's two questions: which files has a repository, and give me one from byte N on. Every way in which it can
// refuse becomes one sentence with a remedy.
import { EnvHttpProxyAgent, fetch, type Response } from 'undici'
import * as v from 'valibot'
import { AppError, messageOf } from '../../lib/std/errors.ts'
import type { CatalogPart } from './catalog.ts'

export interface HubOptions {
  /** Base address, without a slash at its end. */
  readonly url: string
  readonly token: string | undefined
  /** Longest silence of the hub in ms; default one minute. */
  readonly silenceMs?: number
}

export interface RemoteFile {
  /** Of the model folder. */
  readonly path: string
  readonly bytes: number
  /** Known for large files, which the hub keeps by their digest. */
  readonly sha256: string | undefined
  readonly part: CatalogPart
}

export interface Opened {
  readonly body: AsyncIterable<Uint8Array>
  /** Where `body` begins: `from` as asked, or 0 where the hub starts over. */
  readonly from: number
  readonly etag: string | undefined
}

export interface Hub {
  /** @throws AppError `hub_*`. */
  files(part: CatalogPart, signal: AbortSignal): Promise<readonly RemoteFile[]>
  /** @throws AppError `hub_*`. */
  open(
    file: RemoteFile,
    at: { readonly from: number; readonly etag: string | undefined },
    signal: AbortSignal,
  ): Promise<Opened>
}

const TreeSchema = v.array(
  v.looseObject({
    type: v.string(),
    path: v.string(),
    size: v.optional(v.number(), 0),
    lfs: v.nullish(v.looseObject({ oid: v.string(), size: v.number() })),
  }),
)

const ListingSchema = v.pipe(v.string(), v.parseJson(), TreeSchema)

/** Whether asking again later can help. */
export const RETRYABLE: ReadonlySet<string> = new Set(['hub_unreachable', 'hub_busy'])

export function createHub({ url, token, silenceMs = 60_000 }: HubOptions): Hub {
  // Reads HTTP_PROXY, HTTPS_PROXY and NO_PROXY itself.
  const dispatcher = new EnvHttpProxyAgent({ headersTimeout: silenceMs, bodyTimeout: silenceMs })
  const { origin } = new URL(url)
  const ask = async (address: string, { repository }: CatalogPart, options: Ask): Promise<Response> => {
    // A listing may go on at another host, whose business the token is not.
    const host = new URL(address).origin
    const isOwn = host === origin
    const headers = {
      ...options.headers,
      ...(token === undefined || !isOwn ? {} : { authorization: `Bearer ${token}` }),
    }
    const reply = await fetch(address, { dispatcher, headers, signal: options.signal }).catch(
      (cause: unknown) => {
        throw unreachable(isOwn ? url : host, cause, options.signal)
      },
    )
    if (reply.ok || reply.status === 416) return reply
    await reply.body?.cancel()
    if (!isOwn) throw refusalElsewhere(reply.status, { url, repository, host })
    throw refusal(reply.status, { url, repository, address, hasToken: token !== undefined })
  }
  return {
    async files(part, signal) {
      const found: RemoteFile[] = []
      const start = `${url}/api/models/${part.repository}/tree/${encodeURIComponent(part.revision)}?recursive=true`
      for (let next: string | undefined = start; next !== undefined;) {
        const reply: Response = await ask(next, part, { signal, headers: {} })
        found.push(...(await entries(reply, part, { url, signal })))
        next = nextPage(reply, url)
      }
      return found
    },
    open: (file, at, signal) => openFile(file, at, { ask, url, signal }),
  }
}

interface Asking {
  readonly ask: (address: string, part: CatalogPart, options: Ask) => Promise<Response>
  readonly url: string
  readonly signal: AbortSignal
}

async function openFile(
  { path, part }: RemoteFile,
  { from, etag }: { readonly from: number; readonly etag: string | undefined },
  { ask, url, signal }: Asking,
): Promise<Opened> {
  const { repository, revision } = part
  const encoded = path.split('/').map(encodeURIComponent).join('/')
  const address = `${url}/${repository}/resolve/${encodeURIComponent(revision)}/${encoded}`
  const range = from > 0 && etag !== undefined ? { range: `bytes=${from}-`, 'if-range': etag } : {}
  // Compressed bytes could not be continued in the middle.
  const asked = { 'accept-encoding': 'identity' }
  const continued = await ask(address, part, { signal, headers: { ...asked, ...range } })
  // The hub's file ends before that: it became a shorter one, to be had from its beginning.
  const isBeyond = continued.status === 416 && 'range' in range
  if (isBeyond) await continued.body?.cancel()
  const reply = isBeyond ? await ask(address, part, { signal, headers: asked }) : continued
  if (reply.body === null || reply.status === 416) {
    const message = `${path} of ${repository} changed on the hub; run the same command again`
    throw new AppError('hub_changed', message)
  }
  const start = reply.status === 206 ? startOf(reply) : 0
  return { body: breaking(reply.body, url, signal), from: start, etag: strongEtag(reply) }
}

interface Ask {
  readonly signal: AbortSignal
  readonly headers: Readonly<Record<string, string>>
}

async function entries(
  reply: Response,
  part: CatalogPart,
  { url, signal }: { readonly url: string; readonly signal: AbortSignal },
): Promise<RemoteFile[]> {
  const text = await reply.text().catch((cause: unknown) => {
    throw unreachable(url, cause, signal)
  })
  const parsed = v.safeParse(ListingSchema, text)
  if (!parsed.success) throw foreign(url)
  return parsed.output
    .filter(({ type }) => type === 'file')
    .map(({ path, size, lfs }) => ({ path, bytes: lfs?.size ?? size, sha256: lfs?.oid.toLowerCase(), part }))
}

/** Where the listing goes on: the link may be relative to the page it is on. */
function nextPage(reply: Response, url: string): string | undefined {
  const link = /<([^>]+)>;\s*rel="next"/.exec(reply.headers.get('link') ?? '')?.[1]
  if (link === undefined) return undefined
  if (!URL.canParse(link, reply.url)) throw foreign(url)
  return new URL(link, reply.url).href
}

function foreign(url: string): AppError {
  const message = `${url} did not answer as a model hub does; check HF_ENDPOINT or SKETCHWIRE_HUB`
  return new AppError('hub_foreign', message)
}

function startOf(reply: Response): number {
  return Number(/^bytes (\d+)-/.exec(reply.headers.get('content-range') ?? '')?.[1] ?? 0)
}

/** A weak one does not promise equal bytes. */
function strongEtag(reply: Response): string | undefined {
  const etag = reply.headers.get('etag')
  return etag === null || etag.startsWith('W/') ? undefined : etag
}

/** The body, with a break told as the hub's. */
async function* breaking(body: AsyncIterable<Uint8Array>, url: string, signal: AbortSignal) {
  try {
    for await (const chunk of body) yield chunk
  } catch (cause) {
    throw unreachable(url, cause, signal)
  }
}

function unreachable(url: string, cause: unknown, signal: AbortSignal): AppError {
  if (signal.aborted)
    return new AppError('interrupted', 'Interrupted; the same command continues where this one stopped')
  const why =
    cause instanceof Error && cause.cause instanceof Error ? messageOf(cause.cause) : messageOf(cause)
  const message = `The connection to ${url} failed (${why}); check the network, set HTTPS_PROXY if this machine needs one, and run the same command again: it continues where this one stopped`
  return new AppError('hub_unreachable', message, { cause })
}

interface Refused {
  readonly url: string
  readonly repository: string
  readonly address: string
  readonly hasToken: boolean
}

function refusal(status: number, { url, repository, address, hasToken }: Refused): AppError {
  const page = `${url}/${repository}`
  if (status === 401) {
    // The hub says 401 rather than 404 of what does not exist, unless one is logged in.
    const remedy = hasToken ? 'check the id and HF_TOKEN' : 'check the id, or log in with HF_TOKEN'
    return new AppError(
      'hub_refused',
      `The hub does not show ${repository} (401): it does not exist, or is private; ${remedy}`,
    )
  }
  if (status === 403)
    return new AppError(
      'hub_refused',
      `The hub keeps ${repository} for those who accepted its terms (403): accept them at ${page}, then set HF_TOKEN`,
    )
  if (status === 404)
    return new AppError(
      'hub_missing',
      `The hub has no ${address.slice(url.length + 1)} (404); check the repository id at ${page}`,
    )
  if (status === 429 || status >= 500)
    return new AppError(
      'hub_busy',
      `The hub is overloaded or broken (${status}); run the same command again later: it continues where this one stopped`,
    )
  return new AppError('hub_refused', `The hub answered ${status} for ${repository}; look at ${page}`)
}

/** Of the host that a listing went on at. */
function refusalElsewhere(
  status: number,
  { url, repository, host }: { readonly url: string; readonly repository: string; readonly host: string },
): AppError {
  if (status === 429 || status >= 500)
    return new AppError(
      'hub_busy',
      `${host} is overloaded or broken (${status}); run the same command again later`,
    )
  const message = `The file list of ${repository} goes on at ${host}, which answered ${status}; HF_TOKEN is sent to ${url} alone: name ${host} with SKETCHWIRE_HUB if that is the hub`
  return new AppError('hub_refused', message)
}
