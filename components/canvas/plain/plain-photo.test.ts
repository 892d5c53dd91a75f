import { expect, it } from 'vitest'
import { uriOf } from './plain-photo.ts'

/** A canvas of one pixel in a browser that writes the formats named, and PNG for every other. */
function canvasOf(alpha: number, writes: readonly string[]): HTMLCanvasElement {
  const canvas = {
    width: 1,
    height: 1,
    toDataURL: (type: string) => `data:${writes.includes(type) ? type : 'image/png'};base64,`,
    getContext: () => ({ getImageData: () => ({ data: Uint8ClampedArray.of(9, 9, 9, alpha) }) }),
  }
  return canvas as unknown as HTMLCanvasElement
}
const CHROMIUM = ['image/webp', 'image/jpeg', 'image/png']
const SAFARI = ['image/jpeg', 'image/png']

it('a photo is kept in the smallest format that a browser writes and that has all of it', () => {
  expect(uriOf(canvasOf(255, CHROMIUM))).toMatch(/^data:image\/webp/)
  expect(uriOf(canvasOf(128, CHROMIUM))).toMatch(/^data:image\/webp/)
  expect(uriOf(canvasOf(255, SAFARI))).toMatch(/^data:image\/jpeg/)
  expect(uriOf(canvasOf(128, SAFARI))).toMatch(/^data:image\/png/)
})
