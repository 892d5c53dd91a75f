import { decodeImage, encodeImage, type PixelSize } from '../../engine/codec.ts'
import { scriptedDrawing } from '../strokes.ts'

/** What stands at both ends of a frame. */
export interface FrameCodec {
  /** Painted in turn. */
  readonly sketches: readonly Uint8Array[]
  /** To [H,W,3] RGB uint8. */
  decode(sketch: Uint8Array): Promise<Uint8Array>
  encode(rgb: Uint8Array): Promise<unknown>
}

/** A changing sketch as JPEG, as a browser sends it, and JPEG back. */
export async function jpegCodec(count: number, size: PixelSize): Promise<FrameCodec> {
  return {
    sketches: await scriptedDrawing(count, size.width, size.height),
    decode: (sketch) => decodeImage(sketch, size),
    encode: (rgb) => encodeImage({ rgb, ...size }, { codec: 'jpeg', quality: 85 }),
  }
}
