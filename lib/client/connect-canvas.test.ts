import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { snapshotOf } from './connect-canvas.ts'

/** A browser's canvas whose pixels are `now`; it has no `toBlob`, which would wait for idle time. */
const made: { width: number; height: number; options: unknown }[] = []
let now = 'data:image/jpeg;base64,AAEC'

class PaperCanvas {
  width = 0
  height = 0
  options: unknown
  constructor() {
    made.push(this)
  }
  getContext(_kind: string, options: unknown) {
    this.options = options
    return { fillRect: () => undefined, drawImage: () => undefined }
  }
  toDataURL() {
    return now
  }
}

beforeEach(() => {
  made.length = 0
  now = 'data:image/jpeg;base64,AAEC'
  vi.stubGlobal('document', { createElement: () => new PaperCanvas() })
})
afterEach(() => {
  vi.unstubAllGlobals()
})

const source = {} as HTMLCanvasElement

it('encodes at once, on one canvas for all snapshots, whatever their sizes', async () => {
  const take = snapshotOf(source)
  const first = await take({ width: 256, height: 192 })
  expect(first).toMatchObject({ codec: 'jpeg', width: 256, height: 192 })
  expect([...first.bytes]).toEqual([0, 1, 2])
  await take({ width: 512, height: 384 })
  expect(made).toMatchObject([{ width: 512, height: 384, options: { willReadFrequently: true } }])
})

it('gives equal drawings equal hashes, and others others', async () => {
  const take = snapshotOf(source)
  const size = { width: 64, height: 64 }
  const first = await take(size)
  expect((await take(size)).hash).toBe(first.hash)
  now = 'data:image/jpeg;base64,AAED'
  expect((await take(size)).hash).not.toBe(first.hash)
})

it('says so when the browser has no memory for the picture', async () => {
  now = 'data:,'
  await expect(snapshotOf(source)({ width: 64, height: 64 })).rejects.toThrow('close other tabs')
})
