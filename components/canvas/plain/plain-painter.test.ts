import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DecodedPhotos } from './decoded-photos.ts'
import type { Item, Photo } from './plain-drawing.ts'
import { PlainPainter } from './plain-painter.ts'
import { strokeAt } from './testing/strokes.ts'

/** A canvas that knows what was painted on it, in which order, instead of pixels. */
class PaintedCanvas extends EventTarget {
  painted: string[] = []
  options: unknown
  #width = 0
  height = 0
  get width() {
    return this.#width
  }
  set width(to: number) {
    this.#width = to
    this.painted = []
  }
  getContext(_: string, options: unknown) {
    this.options = options
    const state = { fillStyle: '' }
    return Object.assign(state, {
      setTransform: () => undefined,
      fillRect: () => (this.painted = ['paper']),
      fill: () => {
        fills += 1
        this.painted.push(state.fillStyle)
      },
      drawImage: (source: PaintedCanvas | { name: string }) => {
        if (source instanceof PaintedCanvas) this.painted = [...source.painted]
        else this.painted.push(source.name)
      },
    })
  }
}

let made: PaintedCanvas[] = []
let fills = 0
/** Texts of photos that can be decoded. */
let decodable: string[] = []

beforeEach(() => {
  made = []
  fills = 0
  decodable = ['one']
  vi.stubGlobal(
    'Path2D',
    class {
      moveTo() {}
      lineTo() {}
      quadraticCurveTo() {}
      closePath() {}
    },
  )
  vi.stubGlobal('document', {
    createElement: () => {
      made.push(new PaintedCanvas())
      return made.at(-1)
    },
  })
  vi.stubGlobal('createImageBitmap', async (blob: Blob) => {
    const name = await blob.text()
    if (!decodable.includes(name)) throw new Error('no picture')
    return { name, close: () => undefined }
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
})

const photo = (text: string): Photo => ({
  kind: 'photo',
  src: `data:image/png,${text}`,
  ...{ x: 0, y: 0, w: 9, h: 9 },
})
const INK = '#1d1d1d'
const size = { width: 256, height: 256 }

function screen(width = 512) {
  const canvas = Object.assign(new PaintedCanvas(), { height: width })
  canvas.width = width
  return canvas
}

function painting(photos = new DecodedPhotos(), options = {}) {
  const painter = new PlainPainter(photos, options)
  const canvas = screen()
  const paint = (items: readonly Item[], on = canvas) => {
    fills = 0
    painter.paint(on as unknown as HTMLCanvasElement, items, size)
    return on.painted
  }
  return { painter, paint, canvas }
}

describe('the painter of the plain canvas', () => {
  it('paints what is undone on the canvas that it has, and leaves none to the collector', () => {
    const { paint } = painting()
    const items = [strokeAt(1), strokeAt(2), strokeAt(3), strokeAt(4)]
    expect(paint(items)).toEqual(['paper', INK, INK, INK, INK])
    expect(paint(items.slice(0, 2))).toEqual(['paper', INK, INK])
    expect(paint([])).toEqual(['paper'])
    expect(paint(items)).toEqual(['paper', INK, INK, INK, INK])
    expect(made).toHaveLength(1)
  })

  it('gives its canvas back for one of another size, and when it is not painted any more', () => {
    const { paint, painter } = painting()
    paint([strokeAt(1), strokeAt(2)])
    expect(paint([strokeAt(1), strokeAt(2)], screen(300))).toEqual(['paper', INK, INK])
    expect(made.map(({ width }) => width)).toEqual([0, 300])
    painter.forget()
    expect(made.map(({ width }) => width)).toEqual([0, 0])
  })

  it('paints the strokes below the pen once, beside a photo that cannot be decoded too', async () => {
    const photos = new DecodedPhotos()
    const { paint } = painting(photos)
    const items = [photo('broken'), ...Array.from({ length: 50 }, (_, x) => strokeAt(x))]
    await photos.decode(items)
    paint(items)
    for (let move = 0; move < 10; move++) {
      paint([...items.slice(0, -1), strokeAt(move)])
      expect(fills).toBe(1)
    }
  })

  it('paints a photo once it is decoded, in its place', async () => {
    const photos = new DecodedPhotos()
    const { paint } = painting(photos)
    const items = [photo('one'), strokeAt(1), strokeAt(2)]
    expect(paint(items)).toEqual(['paper', INK, INK])
    await photos.decode(items)
    expect(paint(items)).toEqual(['paper', 'one', INK, INK])
  })

  it('paints anew what the graphics processor lost', () => {
    const { paint } = painting()
    paint([strokeAt(1), strokeAt(2)])
    const [lost] = made
    if (!lost) expect.fail('no canvas')
    lost.painted = []
    lost.dispatchEvent(new Event('contextlost'))
    expect(paint([strokeAt(1), strokeAt(2)])).toEqual(['paper', INK, INK])
  })

  it('asks for canvases that can be read back where that is what it paints for, and for no others', () => {
    const shown = painting()
    shown.paint([strokeAt(1), strokeAt(2)])
    const read = painting(new DecodedPhotos(), { readsBack: true })
    read.paint([strokeAt(1), strokeAt(2)])
    expect([shown.canvas, ...made, read.canvas].map(({ options }) => options)).toEqual([
      { willReadFrequently: false },
      { willReadFrequently: false },
      { willReadFrequently: true },
      { willReadFrequently: true },
    ])
  })
})
