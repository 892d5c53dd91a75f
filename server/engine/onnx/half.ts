// IEEE 754 half precision as bits in a Uint16Array, for graphs whose ports are float16.

const bits = new Uint32Array(1)
const float = new Float32Array(bits.buffer)

/** Rounds to nearest, ties to even; beyond 65504 is infinity. */
export function toHalf(values: Float32Array): Uint16Array {
  const out = new Uint16Array(values.length)
  for (let i = 0; i < values.length; i++) out[i] = halfOf(values[i] ?? 0)
  return out
}

export function fromHalf(values: Uint16Array): Float32Array {
  const out = new Float32Array(values.length)
  for (let i = 0; i < values.length; i++) out[i] = floatOf(values[i] ?? 0)
  return out
}

function halfOf(value: number): number {
  float[0] = value
  const word = bits[0] ?? 0
  const sign = (word >>> 16) & 0x8000
  const magnitude = word & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7e00
  // 65520, half way from the largest half to the next power of two.
  if (magnitude >= 0x477ff000) return sign | 0x7c00
  // Below 2^-14 halves are multiples of 2^-24; adding 0.5 lets the float unit round to exactly those.
  if (magnitude < 0x38800000) {
    float[0] = Math.abs(value) + 0.5
    return sign | ((bits[0] ?? 0) - 0x3f000000)
  }
  const odd = (magnitude >>> 13) & 1
  return sign | ((magnitude - 0x38000000 + 0xfff + odd) >>> 13)
}

function floatOf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >>> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
