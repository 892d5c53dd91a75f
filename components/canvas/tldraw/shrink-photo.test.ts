import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { shrinkPhoto } from './shrink-photo.ts'

/** What was drawn on a canvas is what its file says. */
class Canvas {
  width = 300
  height = 150
  getContext() {
    return { drawImage: () => undefined }
  }
  toBlob(done: (blob: Blob) => void, type: string) {
    done(new Blob([`${this.width}x${this.height}`], { type }))
  }
}

let size = { width: 0, height: 0 }

beforeEach(() => {
  vi.stubGlobal('createImageBitmap', async () => ({ ...size, close: () => undefined }))
  vi.stubGlobal('document', { createElement: () => new Canvas() })
})
afterEach(() => {
  vi.unstubAllGlobals()
})

const file = (type: string) => new File(['as it came'], 'boat', { type })

it("a camera's photo keeps its name and type, and the pixels that a drawing has use for", async () => {
  size = { width: 8000, height: 6000 }
  const small = await shrinkPhoto(file('image/jpeg'))
  expect(await small.text()).toBe('1536x1152')
  expect(small).toMatchObject({ name: 'boat', type: 'image/jpeg' })
})

it('a small photo stays the file that it is', async () => {
  size = { width: 1536, height: 900 }
  const photo = file('image/png')
  expect(await shrinkPhoto(photo)).toBe(photo)
})

it.each(['image/svg+xml', 'image/gif', 'text/plain'])('%s is left to tldraw', async (type) => {
  size = { width: 8000, height: 6000 }
  const other = file(type)
  expect(await shrinkPhoto(other)).toBe(other)
})

it('so is what cannot be read', async () => {
  vi.stubGlobal('createImageBitmap', () => Promise.reject(new Error('no picture')))
  const broken = file('image/jpeg')
  expect(await shrinkPhoto(broken)).toBe(broken)
})
