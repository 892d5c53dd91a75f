import { afterEach, expect, it, vi } from 'vitest'
import { pictureOfType } from './picture-file.ts'

afterEach(() => void vi.unstubAllGlobals())

/** WebKit's canvas, which encodes PNG and JPEG, and whatever else it is asked for as PNG. */
function inWebKit(): void {
  const canvas = {
    getContext: () => ({ drawImage: () => undefined }),
    toBlob: (done: (blob: Blob) => void, type: string) =>
      done(new Blob([], { type: type === 'image/jpeg' ? type : 'image/png' })),
  }
  vi.stubGlobal('document', { createElement: () => canvas })
  vi.stubGlobal('createImageBitmap', async () => ({ width: 1, height: 1, close: () => undefined }))
}

it('is of the type that was asked for, or an error that says what to ask for', async () => {
  inWebKit()
  const picture = new Blob([], { type: 'image/jpeg' })
  expect(await pictureOfType(picture, 'image/jpeg')).toBe(picture)
  expect((await pictureOfType(picture, 'image/png')).type).toBe('image/png')
  await expect(pictureOfType(picture, 'image/webp')).rejects.toMatchObject({
    code: 'internal',
    message: 'This browser could not encode the picture as image/webp; ask for image/png',
  })
})
