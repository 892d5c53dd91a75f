import { describe, expect, it } from 'vitest'
import { PNG } from './dialect.contract.ts'
import { FalFiles, filePath } from './fal-files.ts'

function shelf(limits = {}) {
  let now = 0
  let next = 0
  const files = new FalFiles({ nowMs: () => now, newId: () => `id-${next++}`, limits })
  return { files, wait: (ms: number) => (now += ms) }
}

describe('files by address', () => {
  it('keeps an upload under the address it was announced with, and takes it once', () => {
    const { files } = shelf()
    const id = files.announce()
    expect(files.get(id)).toBeUndefined()
    expect(files.fill(id, PNG)).toBe(true)
    expect(files.fill(id, new Uint8Array([1]))).toBe(false)
    expect(files.get(id)).toEqual({ bytes: PNG, contentType: 'image/png' })
    for (const host of ['http://localhost:7878', 'https://rest.alpha.fal.ai'])
      expect(files.read(`${host}${filePath(id, 'a cat.png')}`)).toBe(PNG)
  })

  it('fills no place that was not announced', () => {
    expect(shelf().files.fill('id-0', PNG)).toBe(false)
  })

  it('calls everything that is no picture bytes, whatever it claims to be', () => {
    const { files } = shelf()
    const id = files.put(new TextEncoder().encode('<script>alert(1)</script>'))
    expect(files.get(id)?.contentType).toBe('application/octet-stream')
  })

  it.each([
    '',
    'nonsense',
    'https://example.org/files/id-0/x/y',
    'https://example.org/a.png',
    'file:///files/id-9/x',
  ])('reads nothing at %j', (address) => {
    const { files } = shelf()
    files.put(PNG)
    expect(files.read(address)).toBeUndefined()
  })

  it('forgets after its time, and the oldest when there are too many or too much', () => {
    const timed = shelf({ lifeMs: 1000 })
    const id = timed.files.put(PNG)
    timed.wait(999)
    expect(timed.files.get(id)).toBeDefined()
    timed.wait(1)
    expect(timed.files.get(id)).toBeUndefined()
    const few = shelf({ files: 2 }).files
    const ids = [few.put(PNG), few.put(PNG), few.put(PNG)]
    expect(ids.map((one) => few.get(one) !== undefined)).toEqual([false, true, true])
    const small = shelf({ bytes: PNG.length * 2 }).files
    const announced = small.announce()
    const two = [small.put(PNG), small.put(PNG)]
    expect(small.fill(announced, PNG)).toBe(true)
    expect([announced, ...two].filter((one) => small.get(one) !== undefined)).toHaveLength(2)
  })

  it('keeps thousands of small ones: what they are promised is an hour', () => {
    const { files, wait } = shelf()
    const first = files.put(PNG)
    for (let i = 0; i < 5000; i++) files.put(PNG)
    wait(60 * 60 * 1000 - 1)
    expect(files.get(first)).toBeDefined()
  })

  it('lets no announcement push out a file, and forgets announcements of its own accord', () => {
    const { files, wait } = shelf({ files: 2, announced: 2, lifeMs: 1000 })
    const kept = files.put(PNG)
    const places = [files.announce(), files.announce(), files.announce()]
    expect(places.map((id) => files.awaits(id))).toEqual([false, true, true])
    expect(files.get(kept)).toBeDefined()
    wait(1000)
    expect(places.some((id) => files.awaits(id) || files.fill(id, PNG))).toBe(false)
  })

  it('makes paths of any name', () => {
    expect(filePath('i', '../../a b?.png')).toBe('/files/i/.._.._a_b_.png')
    expect(filePath('i', '')).toBe('/files/i/file')
  })
})
