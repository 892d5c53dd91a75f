import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose'
import { deriveSecret } from './derive-secret.ts'

export const TOKEN_LIFE_SECONDS = { least: 10, most: 3600, usual: 120 } as const

/** What a token lets its bearer do, and for how long. */
export interface TokenGrant {
  /** Who its jobs belong to; a fresh name without it. */
  readonly subject?: string
  readonly lifeSeconds: number
  /** Pages that may use it, beside those the server lets in. */
  readonly origins: readonly string[]
  /** What it is good for; empty: everything but making more tokens. */
  readonly apps: readonly string[]
}

export interface IssuedToken {
  readonly token: string
  readonly lifeSeconds: number
  readonly expiresAtMs: number
}

export type TokenVerdict =
  | {
      readonly ok: true
      readonly subject: string
      readonly origins: readonly string[]
      readonly apps: readonly string[]
      readonly expiresAtMs: number
    }
  | { readonly ok: false; readonly why: 'expired' | 'invalid' }

const AUDIENCE = 'sketchwire'
const ALGORITHM = 'HS256'

/**
 * Short-lived signed tokens (JWT, HS256) for browsers, which must not hold a key. The secret comes from the operator,
 * else from the keys, so that a key taken away takes its tokens along, else from this process alone.
 */
export class Tokens {
  readonly #secret: Uint8Array
  readonly #epochMs: () => number

  constructor(options: {
    readonly secret: string | undefined
    readonly keys: readonly string[]
    readonly epochMs: () => number
  }) {
    this.#secret = deriveSecret(options.secret, options.keys, 'tokens')
    this.#epochMs = options.epochMs
  }

  async issue({ subject, lifeSeconds, origins, apps }: TokenGrant): Promise<IssuedToken> {
    const nowSeconds = Math.floor(this.#epochMs() / 1000)
    const token = await new SignJWT({ origins: [...origins], apps: [...apps] })
      .setProtectedHeader({ alg: ALGORITHM })
      .setSubject(subject ?? randomUUID())
      .setAudience(AUDIENCE)
      .setIssuedAt(nowSeconds)
      .setExpirationTime(nowSeconds + lifeSeconds)
      .sign(this.#secret)
    return { token, lifeSeconds, expiresAtMs: (nowSeconds + lifeSeconds) * 1000 }
  }

  /**
   * At once, which jose's own check is not: uWebSockets.js drops sockets whose upgrade is decided later (gateway/uws.ts).
   */
  verify(token: string): TokenVerdict {
    const claims = this.#isSigned(token) ? claimsOf(token) : undefined
    if (claims?.aud !== AUDIENCE || claims.sub === undefined || claims.exp === undefined) return INVALID
    if (claims.exp <= Math.floor(this.#epochMs() / 1000)) return { ok: false, why: 'expired' }
    const { sub, origins, apps, exp } = claims
    return {
      ok: true,
      subject: sub,
      origins: texts(origins),
      apps: texts(apps),
      expiresAtMs: exp * 1000,
    }
  }

  #isSigned(token: string): boolean {
    const [header = '', claims = '', signature = ''] = token.split('.')
    const expected = createHmac('sha256', this.#secret).update(`${header}.${claims}`).digest()
    const given = Buffer.from(signature, 'base64url')
    return given.length === expected.length && timingSafeEqual(given, expected)
  }
}

const INVALID = { ok: false, why: 'invalid' } as const

function claimsOf(token: string) {
  try {
    return decodeProtectedHeader(token).alg === ALGORITHM ? decodeJwt(token) : undefined
  } catch {
    return undefined
  }
}

/** A token is three base64url parts; keys with two dots in them are not forbidden, so this decides only what to try. */
export function looksLikeToken(text: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
