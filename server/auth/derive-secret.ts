import { hkdfSync, randomBytes } from 'node:crypto'

/**
 * 32 bytes for one purpose: out of the operator's secret, else out of the keys, so that a key taken away takes along what
 * was signed with it, else of this process alone.
 */
export function deriveSecret(
  secret: string | undefined,
  keys: readonly string[],
  purpose: 'tokens' | 'webhooks',
): Uint8Array {
  const material = secret ?? (keys.length > 0 ? [...keys].sort().join('\n') : undefined)
  if (material === undefined) return new Uint8Array(randomBytes(32))
  return new Uint8Array(hkdfSync('sha256', material, 'sketchwire', purpose, 32))
}
