import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { deriveSecret } from './derive-secret.ts'

/** What comes before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')

export interface WebhookSignerOptions {
  readonly secret: string | undefined
  readonly keys: readonly string[]
  readonly epochMs: () => number
}

/**
 * Signs webhooks as fal does, with a key of this server: receivers look the public half up at `/.well-known/jwks.json`,
 * on fal's own host unless that is mapped here.
 */
export class WebhookSigner {
  readonly #key: KeyObject
  readonly #epochMs: () => number

  constructor({ secret, keys, epochMs }: WebhookSignerOptions) {
    const seed = Buffer.from(deriveSecret(secret, keys, 'webhooks'))
    this.#key = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' })
    this.#epochMs = epochMs
  }

  /** The public key as a JSON Web Key Set. */
  get keySet(): { readonly keys: readonly Readonly<Record<string, unknown>>[] } {
    const key = createPublicKey(this.#key).export({ format: 'jwk' })
    return { keys: [{ ...key, use: 'sig', alg: 'EdDSA' }] }
  }

  /** Ed25519 over "request id \n user id \n Unix seconds \n SHA-256 of the body in hex", in hex. */
  headersFor(requestId: string, body: string): Readonly<Record<string, string>> {
    const timestamp = String(Math.floor(this.#epochMs() / 1000))
    const digest = createHash('sha256').update(body).digest('hex')
    const message = [requestId, USER, timestamp, digest].join('\n')
    return {
      'x-fal-webhook-request-id': requestId,
      'x-fal-webhook-user-id': USER,
      'x-fal-webhook-timestamp': timestamp,
      'x-fal-webhook-signature': sign(null, Buffer.from(message), this.#key).toString('hex'),
    }
  }
}

/** This server has no users; whose request it was is not told to third parties. */
const USER = 'sketchwire'
