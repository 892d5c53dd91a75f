// Asks a server, before anything of it is shown, whether it is there, which version it speaks and whether this page
// may embed it: a frame that a browser refuses to load tells nobody why.
import * as v from 'valibot'
import { EMBED_VERSION } from '../protocol/version.ts'
import type { EmbedError } from './messages.ts'
import { exactOrigin } from './options.ts'

/** What `GET /embed.json` answers. */
export const EmbedFactsSchema = v.object({
  product: v.literal('sketchwire'),
  /** Version of the messages between frame and host. */
  embed: v.number(),
  /** Whether the asking origin may frame `/embed`. */
  allowed: v.boolean(),
})
export type EmbedFacts = v.InferOutput<typeof EmbedFactsSchema>

/** Why there is no canvas, and whether asking again may help. */
export interface EmbedTrouble {
  readonly error: EmbedError
  readonly retry: boolean
}

export const ANSWER_WITHIN_MS = 8_000

export interface ProbeOptions {
  readonly server: string
  /** Origin of the page that asks. */
  readonly origin: string
  readonly fetch: (url: string, init: RequestInit) => Promise<Pick<Response, 'ok' | 'status' | 'json'>>
  readonly signal: AbortSignal
  /** Asked where there was no answer: whether the question was stopped on the way out. */
  readonly refusal: () => Promise<EmbedTrouble | undefined>
}

/** `undefined` when the canvas may be shown. */
export async function probe({
  server,
  origin,
  fetch,
  signal,
  refusal,
}: ProbeOptions): Promise<EmbedTrouble | undefined> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)])
  let response: Pick<Response, 'ok' | 'status' | 'json'>
  try {
    response = await fetch(new URL('/embed.json', server).href, {
      signal: deadline,
      credentials: 'omit',
      cache: 'no-store',
    })
  } catch {
    const stopped = signal.aborted ? undefined : await refusal()
    return stopped ?? { error: unreachable(server, origin), retry: true }
  }
  const facts = response.ok ? v.safeParse(EmbedFactsSchema, await bodyOf(response)) : undefined
  if (!facts?.success) {
    const message = `${server} answers (${response.status}), but not as a Sketchwire server with an embeddable canvas. Correct the server attribute, or update that server`
    return { error: { code: 'not_sketchwire', message, field: 'server', value: server }, retry: true }
  }
  return judge(facts.output, server, origin)
}

/** "null", or what some browsers call a file's: nothing that a server could be told to let in. */
const WITHOUT_ORIGIN =
  'Serve it over http instead of opening it as a file (npx serve); a sandboxed frame needs sandbox="allow-scripts allow-same-origin"'

function judge(facts: EmbedFacts, server: string, origin: string): EmbedTrouble | undefined {
  if (facts.embed !== EMBED_VERSION) {
    const message = `${server} speaks version ${facts.embed} of the embedding messages, this page ${EMBED_VERSION}. Load embed.js from ${server}/embed.js, or update the installed package`
    return {
      error: {
        code: 'embed_version',
        message,
        field: 'server',
        value: facts.embed,
        range: `${EMBED_VERSION}`,
      },
      retry: false,
    }
  }
  if (facts.allowed) return undefined
  const message =
    exactOrigin(origin) === undefined
      ? `${server} cannot let this page embed its canvas, because the page has no origin. ${WITHOUT_ORIGIN}`
      : `${server} does not let pages of ${origin} embed its canvas. To let them, start it with SKETCHWIRE_EMBED_ORIGINS=${origin}`
  return { error: { code: 'forbidden_origin', message, field: 'server', value: origin }, retry: false }
}

async function bodyOf(response: Pick<Response, 'json'>): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    return undefined
  }
}

function unreachable(server: string, origin: string): EmbedError {
  const isMixed = origin.startsWith('https:') && server.startsWith('http:')
  const why = isMixed
    ? 'This page is https and the server is http, which browsers refuse; serve it over https'
    : 'It is not running, or not reachable from here; start it, or correct the server attribute'
  return {
    code: 'server_unreachable',
    message: `No answer from ${server}. ${why}`,
    field: 'server',
    value: server,
  }
}
