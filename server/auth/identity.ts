import { networkOf } from './network.ts'

/** Who a request comes from, as far as the server knows. */
export interface Identity {
  /**
   * Whose turn its jobs take, and who may ask about them: a token's subject, else the key and the network it came from,
   * else the network. Holds no secret.
   */
  readonly caller: string
  readonly via: 'open' | 'key' | 'token' | 'ticket'
  /** Origins this token may be used from, beside those the server lets in. */
  readonly origins: readonly string[]
  /** What a token was made for (fal's aliases); empty: everything. */
  readonly apps: readonly string[]
  /** Of a token, in ms since 1970; what is made with it ends by then. A key has no end. */
  readonly expiresAtMs: number | undefined
}

/** Holds a key, or calls a server that has none: who may act for everybody. Tokens and tickets are one person's. */
export function isOperator({ via }: Pick<Identity, 'via'>): boolean {
  return via === 'key' || via === 'open'
}

/** One person's: a token has a subject. A key, and the address of those who need none, may be many people's. */
export function isSubject(caller: string): boolean {
  return caller.startsWith(SUBJECT)
}

export function callerOfSubject(subject: string): string {
  return `${SUBJECT}${subject}`
}

const SUBJECT = 'token:'

/** What a server without keys knows: where the request came from. */
export function identityOfAddress(address: string): Identity {
  const caller = `address:${networkOf(address)}`
  return { caller, via: 'open', origins: [], apps: [], expiresAtMs: undefined }
}
