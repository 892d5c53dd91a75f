/** Who a request comes from, as far as the server knows. */
export interface Identity {
  /**
   * Whose turn its jobs take, and who may ask about them: a token's subject, else the key and the address, else the
   * address. Holds no secret.
   */
  readonly caller: string
  readonly via: 'open' | 'key' | 'token' | 'ticket'
  /** Origins this token may be used from, beside those the server lets in. */
  readonly origins: readonly string[]
  /** What a token was made for (fal's aliases); empty: everything. */
  readonly apps: readonly string[]
}

/** What a server without keys knows: where the request came from. */
export function identityOfAddress(address: string): Identity {
  return { caller: `address:${address}`, via: 'open', origins: [], apps: [] }
}
