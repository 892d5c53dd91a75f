/** A seed short enough to read out; any unsigned 32-bit integer is allowed on the wire. */
export function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1)).reduce((_, value) => value % 1_000_000, 0)
}
