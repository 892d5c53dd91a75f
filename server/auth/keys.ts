import { createHash, timingSafeEqual } from 'node:crypto'

/** Shorter keys can be guessed. */
export const MIN_KEY_CHARS = 16

interface KnownKey {
  readonly digest: Buffer
  readonly name: string
}

/** The operator's keys. Only digests are kept and compared, in a time that tells nothing about them. */
export class KeyRing {
  readonly #keys: readonly KnownKey[]

  constructor(keys: readonly string[]) {
    this.#keys = keys.map((key) => ({ digest: sha256(key), name: sha256(key).toString('hex').slice(0, 8) }))
  }

  get isEmpty(): boolean {
    return this.#keys.length === 0
  }

  /** A short name for the key that was presented, the same every time and useless to whoever reads it in a log. */
  find(presented: string): string | undefined {
    const digest = sha256(presented)
    let name: string | undefined
    // No early end: how long this takes says nothing about which key it was.
    for (const key of this.#keys) if (timingSafeEqual(key.digest, digest)) name = key.name
    return name
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest()
}
