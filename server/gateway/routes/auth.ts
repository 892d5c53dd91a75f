import * as v from 'valibot'
import type { WireError } from '../../../lib/protocol/errors.ts'
import { isOperator } from '../../auth/identity.ts'
import { TOKEN_LIFE_SECONDS } from '../../auth/tokens.ts'
import { issueToError, parseJson } from '../../compat/validation.ts'
import type { Reply } from '../host.ts'
import { isOrigin } from '../origin.ts'
import { json, jsonError } from '../replies.ts'
import type { HandlerRouteEntry, RouteContext, RoutedRequest, RouteModule } from '../route.ts'

const origin = v.pipe(v.string(), v.check(isOrigin, 'an origin such as https://blog.example'))
const { least, most, usual } = TOKEN_LIFE_SECONDS
const MAX_ORIGINS = 20

/** It stands in log lines: nothing in it may break one. */
const isSubjectName = (text: string) => /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]{1,128}$/u.test(text)

const TokenRequestSchema = v.object({
  expiresInSeconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most)), usual),
  /** Pages that may use the token, beside those the server lets in. */
  origins: v.optional(
    v.pipe(v.array(origin), v.maxLength(MAX_ORIGINS, `name at most ${MAX_ORIGINS} of them`)),
    [],
  ),
  subject: v.optional(
    v.pipe(
      v.string(),
      v.check(isSubjectName, 'name it in 1 to 128 characters, none of them a control character'),
    ),
  ),
})

/** Tokens for browsers, and tickets for their sockets. */
export const authRoutes: RouteModule = (context) => [
  { ...post('/api/tokens'), handle: (request) => issueToken(request, context) },
  { ...post('/api/tickets'), handle: (request) => issueTicket(request, context) },
]

function post(path: string) {
  const rest = { auth: 'key', cors: true, bodyLimitBytes: 16 * 1024, refuse: jsonError } as const
  return { path, method: 'POST', ...rest } satisfies Omit<HandlerRouteEntry, 'handle'>
}

async function issueToken({ identity, body }: RoutedRequest, { auth }: RouteContext): Promise<Reply> {
  // Else a token would live for ever, by making its own successors.
  if (!isOperator(identity)) return jsonError(ONLY_KEYS)
  const text = new TextDecoder().decode(body)
  const parsed = parseJson(text === '' ? '{}' : text)
  if (!parsed.ok) return jsonError({ code: 'not_json', message: 'The body must be JSON, or empty' })
  const asked = v.safeParse(TokenRequestSchema, parsed.value)
  if (!asked.success) return jsonError(issueToError(asked.issues[0], 'invalid_message'))
  const { expiresInSeconds, origins, subject } = asked.output
  const issued = await auth.tokens.issue({
    lifeSeconds: expiresInSeconds,
    origins,
    apps: [],
    ...(subject === undefined ? {} : { subject }),
  })
  const { token, lifeSeconds, expiresAtMs } = issued
  return json(200, {
    token,
    tokenType: 'Bearer',
    expiresInSeconds: lifeSeconds,
    expiresAt: new Date(expiresAtMs).toISOString(),
  })
}

const TicketRequestSchema = v.object({
  /** The page that an embedded canvas is in: the canvas itself asks from our own origin. */
  page: v.optional(origin),
})

function issueTicket({ identity, body }: RoutedRequest, { auth }: RouteContext): Reply {
  // A ticket is good for once: one that made the next would be good for ever.
  if (identity.via === 'ticket') return jsonError(NO_TICKETS)
  const text = new TextDecoder().decode(body)
  const parsed = parseJson(text === '' ? '{}' : text)
  if (!parsed.ok) return jsonError({ code: 'not_json', message: 'The body must be JSON, or empty' })
  const asked = v.safeParse(TicketRequestSchema, parsed.value)
  if (!asked.success) return jsonError(issueToError(asked.issues[0], 'invalid_message'))
  const { page } = asked.output
  const { origins } = identity
  if (page !== undefined && origins.length > 0 && !origins.includes(page))
    return jsonError(tokenOfOthers(page, origins))
  const { ticket, lifeSeconds } = auth.tickets.issue(identity)
  return json(200, { ticket, expiresInSeconds: lifeSeconds })
}

function tokenOfOthers(page: string, origins: readonly string[]): WireError {
  const message = `This token is for pages of ${origins.join(', ')}, not of ${page}; make one with that page among its origins`
  return { code: 'forbidden_origin', message, field: 'page', value: page }
}

const NO_TICKETS: WireError = {
  code: 'forbidden',
  message: 'Tickets are made with a key or a token, not with another ticket; show yours in "Authorization"',
}

const ONLY_KEYS: WireError = {
  code: 'forbidden',
  message: 'Tokens are made with a key, not with another token; call this from your own server',
}
