import type { WireError } from '../../lib/protocol/errors.ts'
import type { Clock } from '../../lib/std/clock.ts'
import { callerOfSubject, identityOfAddress } from './identity.ts'
import type { Identity } from './identity.ts'
import { KeyRing } from './keys.ts'
import { networkOf } from './network.ts'
import { Tickets } from './tickets.ts'
import { looksLikeToken, Tokens } from './tokens.ts'
import { WrongKeys } from './wrong-keys.ts'

export interface AuthenticatorOptions {
  readonly keys: readonly string[]
  readonly tokenSecret: string | undefined
  readonly clock: Clock
  /** Wall-clock time in ms since 1970, for the expiry of tokens. */
  readonly epochMs: () => number
  /** Hears of an address (of IPv6 its /64) from which so many wrong keys came that further ones have to wait. */
  readonly onSlowed?: (network: string) => void
}

/** What a request shows of itself. */
export interface Credentials {
  readonly authorization: string | undefined
  readonly query: URLSearchParams
  readonly address: string
}

export type Verdict = Identity | WireError

/**
 * Says who calls. Credentials are, in this order: `Authorization: Key`, `Bearer` or `Basic` (the password is the key),
 * then in the query `ticket`, `token`, fal's `fal_jwt_token` and its `fal_key_id` with `fal_key_secret`. Without keys
 * everyone passes, named by address or token.
 */
export class Authenticator {
  readonly tokens: Tokens
  readonly tickets: Tickets
  readonly #keys: KeyRing
  readonly #wrongKeys: WrongKeys

  constructor({ keys, tokenSecret, clock, epochMs, onSlowed }: AuthenticatorOptions) {
    this.#keys = new KeyRing(keys)
    this.tokens = new Tokens({ secret: tokenSecret, keys, epochMs })
    this.tickets = new Tickets({ clock, epochMs })
    this.#wrongKeys = new WrongKeys(clock, onSlowed)
  }

  get hasKeys(): boolean {
    return !this.#keys.isEmpty
  }

  identify(credentials: Credentials): Verdict {
    const { authorization, query, address } = credentials
    const ticket = query.get('ticket')
    const inQuery = query.get('token') ?? query.get('fal_jwt_token') ?? this.#falKey(query)
    const presented = fromHeader(authorization) ?? inQuery
    if (presented === null && ticket === null) return this.#unknown(address, NOTHING_SHOWN)
    if (presented === null) return this.tickets.take(ticket ?? '') ?? this.#unknown(address, BAD_TICKET)
    // A token is signed: nobody guesses one, and one that was good once is no guess either.
    const token = looksLikeToken(presented) ? this.tokens.verify(presented) : NO_TOKEN
    if (token.ok) {
      const { subject, origins, apps, expiresAtMs } = token
      return { caller: callerOfSubject(subject), via: 'token', origins, apps, expiresAtMs }
    }
    return token.why === 'expired' ? this.#unknown(address, EXPIRED) : this.#key(presented, address)
  }

  /** What fal's bare sockets of 2023 take: a key in its two parts, or, as with Basic, any id and the key. */
  #falKey(query: URLSearchParams): string | null {
    const [id, secret] = [query.get('fal_key_id'), query.get('fal_key_secret')]
    if (id === null || secret === null) return null
    return this.#keys.find(secret) === undefined ? `${id}:${secret}` : secret
  }

  #key(presented: string, address: string): Verdict {
    if (!this.hasKeys) return identityOfAddress(address)
    const key = this.#keys.find(presented)
    const caller = key === undefined ? undefined : `key:${key}@${networkOf(address)}`
    const waitMs = this.#wrongKeys.waitMs(address)
    if (waitMs > 0 && !(caller !== undefined && this.#wrongKeys.isWelcome(caller)))
      return tooManyTries(waitMs)
    if (caller === undefined) {
      this.#wrongKeys.failed(address)
      return this.#unknown(address, WRONG_KEY)
    }
    this.#wrongKeys.succeeded(address, caller)
    return { ...identityOfAddress(address), caller, via: 'key' }
  }

  #unknown(address: string, message: string): Verdict {
    return this.hasKeys ? { code: 'unauthorized', message } : identityOfAddress(address)
  }
}

const NO_TOKEN = { ok: false, why: 'invalid' } as const

function tooManyTries(waitMs: number): WireError {
  const seconds = Math.ceil(waitMs / 1000)
  const message = `Too many wrong keys came from this address; check yours and try again in ${seconds} s`
  return { code: 'rate_limited', message, retryAfterMs: waitMs }
}

const NOTHING_SHOWN =
  'This server asks for a key; send it as "Authorization: Key ...", or a token made with one'
const WRONG_KEY = 'The server does not know this key or token; check it, or ask whoever runs the server'
const EXPIRED = 'The token has expired; get a new one'
const BAD_TICKET = 'The ticket has expired or was used before; get a new one for every connection'

function fromHeader(authorization: string | undefined): string | null {
  const [, scheme, value] = /^(\w+)\s+(\S.*)$/.exec(authorization?.trim() ?? '') ?? []
  if (scheme === undefined || value === undefined) return null
  const kind = scheme.toLowerCase()
  if (kind === 'key' || kind === 'bearer') return value.trim()
  if (kind !== 'basic') return null
  const pair = Buffer.from(value, 'base64').toString('utf8')
  return pair.slice(pair.indexOf(':') + 1)
}
