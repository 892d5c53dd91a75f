// Image bytes to model floats and back; resizing belongs to the codec.
// Source: diffusers `VaeImageProcessor` (Apache-2.0), float32 at the same places so that ties round alike.
import type { Size } from '../std/size.ts'
import { expectLength, expectSize } from './shape.ts'

const f32 = Math.fround

/** byte -> float32(2 * float32(byte / 255) - 1) */
const FLOAT_OF_BYTE = Float32Array.from({ length: 256 }, (_, byte) => 2 * f32(byte / 255) - 1)

/**
 * [H,W,3] RGB uint8 -> new [1,3,H,W] float32 in [-1, 1].
 * @throws ShapeError unless `rgb` holds width * height * 3 bytes.
 */
export function rgbToNchw(rgb: Uint8Array, size: Size): Float32Array {
  expectSize('size', size)
  const plane = size.width * size.height
  expectLength('rgb', rgb, plane * 3)
  const out = new Float32Array(plane * 3)
  for (let i = 0; i < plane; i++) {
    out[i] = FLOAT_OF_BYTE[rgb[3 * i] ?? 0] ?? 0
    out[plane + i] = FLOAT_OF_BYTE[rgb[3 * i + 1] ?? 0] ?? 0
    out[2 * plane + i] = FLOAT_OF_BYTE[rgb[3 * i + 2] ?? 0] ?? 0
  }
  return out
}

/**
 * [1,3,H,W] float32, nominally [-1, 1] -> new [H,W,3] RGB uint8: round(255 * clamp(y/2 + 0.5, 0, 1)), ties to
 * even as numpy rounds. NaN becomes 0.
 * @throws ShapeError unless `nchw` holds 3 * height * width values.
 */
export function nchwToRgb(nchw: Float32Array, size: Size): Uint8Array {
  expectSize('size', size)
  const plane = size.width * size.height
  expectLength('nchw', nchw, plane * 3)
  // Storing into a clamped array is the clamp and the half-to-even rounding (ECMAScript ToUint8Clamp).
  const out = new Uint8ClampedArray(plane * 3)
  for (let i = 0; i < plane; i++) {
    out[3 * i] = unitToByte(nchw[i] ?? 0)
    out[3 * i + 1] = unitToByte(nchw[plane + i] ?? 0)
    out[3 * i + 2] = unitToByte(nchw[2 * plane + i] ?? 0)
  }
  return new Uint8Array(out.buffer)
}

function unitToByte(y: number): number {
  return f32(255 * f32(y * 0.5 + 0.5))
}
