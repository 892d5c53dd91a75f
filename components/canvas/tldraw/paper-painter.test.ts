import fc from 'fast-check'
import { Box, type Editor, type TLShape, type TLShapeId } from 'tldraw'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { PaperPainter, type PageShape, type Scene } from './paper-painter.ts'

/** A canvas that knows what was painted on it, and in which order, instead of pixels. */
class PaintedCanvas {
  painted = ''
  #width = 0
  #height = 0
  get width() {
    return this.#width
  }
  set width(to: number) {
    this.#width = to
    this.painted = ''
  }
  get height() {
    return this.#height
  }
  set height(to: number) {
    this.#height = to
    this.painted = ''
  }
  getContext() {
    return {
      canvas: this,
      setTransform: () => undefined,
      translate: () => undefined,
      rotate: () => undefined,
      fillRect: () => (this.painted = 'paper'),
      drawImage: (source: PaintedCanvas, x: number, y: number) => {
        if (source.width === 0) throw new DOMException('The canvas has no pixels', 'InvalidStateError')
        // The base is laid onto the canvas of a snapshot, which is nothing before.
        this.painted += this.painted === '' ? source.painted : `(${source.painted} at ${x} ${y})`
      },
      stroke: (path: unknown) => {
        strokes += 1
        this.painted += ` ${String(path)}`
      },
    }
  }
}

let canvases: PaintedCanvas[] = []
let strokes = 0

beforeEach(() => {
  canvases = []
  strokes = 0
  const createElement = () => {
    const canvas = new PaintedCanvas()
    canvases.push(canvas)
    return canvas
  }
  vi.stubGlobal('document', { createElement })
})
afterEach(() => {
  vi.unstubAllGlobals()
})

const SIZE = { width: 100, height: 100 }

/** A stroke from edge to edge, whose layers are as large as the paper. */
function shapeOf(name: number): PageShape {
  const id = `shape:${name * 7919}` as TLShapeId
  return {
    id,
    hash: name,
    exported: false,
    shape: { id, x: 0, y: 0, rotation: 0 } as TLShape,
    ink: [{ path: `s${name}` as unknown as Path2D, fill: undefined, stroke: { colour: 'red', width: 1 } }],
    bounds: new Box(0, 0, 100, 100),
  }
}

function sceneOf(names: readonly number[]): Scene {
  return {
    editor: {} as Editor,
    paper: new Box(0, 0, 100, 100),
    shapes: names.map(shapeOf),
    holds: () => true,
  }
}

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1)
const sheets = (count: number) => count * SIZE.width * SIZE.height

/** What the snapshot shows; its canvas is given back, as the caller does. */
async function painted(painter: PaperPainter, names: readonly number[]): Promise<string> {
  const { canvas } = await painter.paint(sceneOf(names))
  const found = (canvas as unknown as PaintedCanvas).painted
  canvas.width = 0
  return found
}

describe('PaperPainter', () => {
  it('paints the same whatever it kept of what was painted before', async () => {
    // Draws, takes back the last, or erases in the middle.
    const edits = fc.array(fc.oneof(fc.constant('draw'), fc.constant('undo'), fc.nat(99)), {
      minLength: 1,
      maxLength: 25,
    })
    await fc.assert(
      fc.asyncProperty(fc.nat(120), edits, async (count, steps) => {
        const painter = new PaperPainter(SIZE, sheets(3))
        let names = upTo(count)
        let next = count
        await painted(painter, names)
        for (const edit of steps) {
          if (edit === 'draw') names = [...names, ++next]
          else if (edit === 'undo') names = names.slice(0, -1)
          else names = names.filter((_, at) => at !== edit)
          expect(await painted(painter, names)).toBe(await painted(new PaperPainter(SIZE), names))
        }
      }),
      { numRuns: 40 },
    )
  })

  it('keeps no more pixels than its budget, beside the base and the layers under the pen', async () => {
    const painter = new PaperPainter(SIZE, sheets(5))
    for (const count of [600, 601, 590, 620]) {
      await painted(painter, upTo(count))
      const held = canvases.reduce((sum, { width, height }) => sum + width * height, 0)
      expect(held).toBeLessThanOrEqual(sheets(5 + 1))
    }
    painter.dispose()
    expect(canvases.every(({ width }) => width === 0)).toBe(true)
  })

  it('paints few strokes anew for one more on a drawing that is over the budget', async () => {
    const painter = new PaperPainter(SIZE, sheets(5))
    await painted(painter, upTo(600))
    for (let count = 601; count < 660; count++) {
      strokes = 0
      await painted(painter, upTo(count))
      // Its own, and the layer that the one before went into; twice where that layer is full now.
      expect(strokes).toBeLessThanOrEqual(33)
    }
  })

  describe('with a photo under many strokes', () => {
    const photo: PageShape = { ...shapeOf(1000), exported: true, ink: undefined }
    const strokesAbove = upTo(100)
    const getSvgString = vi.fn(() => Promise.resolve(undefined))

    function scene(holds: boolean): Scene {
      const { shapes, ...rest } = sceneOf(strokesAbove)
      const editor = { getSvgString } as unknown as Editor
      return { ...rest, editor, shapes: [photo, ...shapes], holds: () => holds }
    }
    const exports = () => getSvgString.mock.calls.length

    beforeEach(() => {
      getSvgString.mockReset().mockResolvedValue(undefined)
    })

    it('exports it again when it changed meanwhile, and then no more', async () => {
      const painter = new PaperPainter(SIZE, sheets(3))
      expect((await painter.paint(scene(false))).torn).toBe(true)
      expect((await painter.paint(scene(true))).torn).toBe(false)
      expect(exports()).toBe(2)
      expect((await painter.paint(scene(true))).torn).toBe(false)
      expect(exports()).toBe(2)
    })

    it('paints all of it after an export that failed', async () => {
      const painter = new PaperPainter(SIZE, sheets(3))
      getSvgString.mockRejectedValueOnce(new Error('no export'))
      await expect(painter.paint(scene(true))).rejects.toThrow('no export')
      const { canvas } = await painter.paint(scene(true))
      const whole = await new PaperPainter(SIZE).paint(scene(true))
      expect((canvas as unknown as PaintedCanvas).painted).toBe(
        (whole.canvas as unknown as PaintedCanvas).painted,
      )
    })
  })
})
