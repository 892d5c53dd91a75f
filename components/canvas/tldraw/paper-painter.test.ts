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
    const context = {
      canvas: this,
      globalCompositeOperation: 'source-over',
      setTransform: () => undefined,
      translate: () => undefined,
      rotate: () => undefined,
      fillRect: () => (this.painted = 'paper'),
      drawImage: (source: PaintedCanvas, x: number, y: number) => {
        if (source.width === 0) throw new DOMException('The canvas has no pixels', 'InvalidStateError')
        laid += 1
        // The base is laid onto the canvas of a snapshot, which is nothing before.
        if (this.painted === '' || context.globalCompositeOperation === 'copy') this.painted = source.painted
        else this.painted += `(${source.painted} at ${x} ${y})`
      },
      stroke: (path: unknown) => {
        strokes += 1
        this.painted += ` ${String(path)}`
      },
    }
    return context
  }
}

let canvases: PaintedCanvas[] = []
let strokes = 0
/** Canvases that were laid onto others. */
let laid = 0

beforeEach(() => {
  canvases = []
  strokes = 0
  laid = 0
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

/** What a stroke is called once it was changed: the shape is the same. */
const changed = (name: number) => name + 1_000_000

/** A stroke from edge to edge, whose layers are as large as the paper. */
function shapeOf(name: number): PageShape {
  const id = `shape:${(name % 1_000_000) * 7919}` as TLShapeId
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
    // Draws, takes back the last, erases in the middle, or changes something there, often the same.
    const edit = fc.oneof(
      fc.constant('draw'),
      fc.constant('undo'),
      fc.record({ erase: fc.nat(99) }),
      fc.record({ change: fc.oneof(fc.nat(99), fc.constant(60)) }),
    )
    const edits = fc.array(edit, { minLength: 1, maxLength: 25 })
    await fc.assert(
      fc.asyncProperty(fc.nat(120), edits, async (count, steps) => {
        const painter = new PaperPainter(SIZE, sheets(3))
        let names = upTo(count)
        let next = count
        await painted(painter, names)
        for (const edit of steps) {
          if (edit === 'draw') names = [...names, ++next]
          else if (edit === 'undo') names = names.slice(0, -1)
          else if (typeof edit === 'string') continue
          else if ('erase' in edit) names = names.filter((_, at) => at !== edit.erase)
          else names = names.map((name, at) => (at === edit.change ? changed(name) : name))
          expect(await painted(painter, names)).toBe(await painted(new PaperPainter(SIZE), names))
        }
      }),
      { numRuns: 40 },
    )
  })

  it('keeps no more pixels than its budget, beside two sheets and the layers under the pen', async () => {
    const painter = new PaperPainter(SIZE, sheets(5))
    for (const count of [600, 601, 590, 620]) {
      await painted(painter, upTo(count))
      const held = canvases.reduce((sum, { width, height }) => sum + width * height, 0)
      expect(held).toBeLessThanOrEqual(sheets(5 + 2))
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

  it('begins where a shape in the depths is dragged, not at the bottom', async () => {
    const painter = new PaperPainter(SIZE, sheets(5))
    let names = upTo(2000)
    await painted(painter, names)
    for (let move = 0; move < 20; move++) {
      names = names.with(1900, changed(names[1900] ?? 0))
      strokes = 0
      laid = 0
      await painted(painter, names)
      // The first move finds no sheet that ends there.
      if (move === 0) continue
      // A hundred strokes lie above it, and a few layers are laid below it.
      expect(strokes).toBeLessThanOrEqual(100 + 6 * 32)
      expect(laid).toBeLessThanOrEqual(60)
    }
    expect(await painted(painter, names)).toBe(await painted(new PaperPainter(SIZE), names))
  })

  it('does not begin at the bottom for each of the strokes that are taken back', async () => {
    const painter = new PaperPainter(SIZE, sheets(5))
    await painted(painter, upTo(2000))
    strokes = 0
    for (let count = 1999; count > 1900; count--) await painted(painter, upTo(count))
    // Twice or three times, of two thousand each.
    expect(strokes).toBeLessThan(4 * 2000)
  })

  it('lets the page answer while it paints much, and paints little in one go', async () => {
    let tasks = 0
    const Channel = MessageChannel
    vi.stubGlobal('MessageChannel', function channel() {
      tasks += 1
      return new Channel()
    })
    // Every look at the clock finds it two milliseconds later.
    let nowMs = 0
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (nowMs += 2))
    const painter = new PaperPainter(SIZE)
    await painted(painter, upTo(1000))
    expect(tasks).toBeGreaterThan(10)
    tasks = 0
    await painted(painter, upTo(1001))
    expect(tasks).toBe(0)
    clock.mockRestore()
  })

  it('keeps nothing once it is disposed of, what was under way included', async () => {
    const painter = new PaperPainter(SIZE)
    const names = upTo(100)
    await painted(painter, names)
    const underWay = painted(painter, [...names, 101])
    painter.dispose()
    expect(await underWay).toBe(await painted(new PaperPainter(SIZE), [...names, 101]))
    const mine = canvases.slice(
      0,
      canvases.findIndex(({ width }) => width > 0),
    )
    expect(mine.length).toBeGreaterThan(10)
  })

  describe('with a photo under many strokes', () => {
    const photo: PageShape = { ...shapeOf(1000), exported: true, ink: undefined }
    const strokesAbove = upTo(100)
    const getSvgString = vi.fn(() => Promise.resolve(undefined))
    const getShapePageBounds = vi.fn(() => photo.bounds)
    const ensureFontIsLoaded = vi.fn(() => Promise.resolve())
    let face = {}

    function scene(holds: boolean): Scene {
      const { shapes, ...rest } = sceneOf(strokesAbove)
      const editor = {
        getSvgString,
        getShapePageBounds,
        getShapeAndDescendantIds: (ids: readonly TLShapeId[]) => new Set(ids),
        fonts: { getShapeFontFaces: () => [face], ensureFontIsLoaded },
      } as unknown as Editor
      return { ...rest, editor, shapes: [photo, ...shapes], holds: () => holds }
    }
    const exports = () => getSvgString.mock.calls.length

    beforeEach(() => {
      getSvgString.mockReset().mockResolvedValue(undefined)
      getShapePageBounds.mockReset().mockReturnValue(photo.bounds)
      ensureFontIsLoaded.mockReset().mockResolvedValue(undefined)
      face = {}
    })

    it('exports it again when it changed meanwhile, and then no more', async () => {
      const painter = new PaperPainter(SIZE, sheets(3))
      expect((await painter.paint(scene(false))).torn).toBe(true)
      expect((await painter.paint(scene(true))).torn).toBe(false)
      expect(exports()).toBe(2)
      expect((await painter.paint(scene(true))).torn).toBe(false)
      expect(exports()).toBe(2)
    })

    it('waits for the font of what it exports, and takes it as large as it is then', async () => {
      let come = () => {}
      ensureFontIsLoaded.mockImplementation(() => new Promise<void>((resolve) => (come = resolve)))
      const painting = new PaperPainter(SIZE).paint(scene(true))
      await new Promise((resolve) => setTimeout(resolve))
      expect(exports()).toBe(0)
      getShapePageBounds.mockReturnValue(new Box(0, 0, 20, 10))
      come()
      await painting
      // With room for ink that sticks out.
      expect(getSvgString).toHaveBeenCalledWith(
        [photo.shape],
        expect.objectContaining({ bounds: expect.objectContaining({ w: 52, h: 42 }) }),
      )
      // It is asked for once.
      ensureFontIsLoaded.mockClear()
      await new PaperPainter(SIZE).paint(scene(true))
      expect(ensureFontIsLoaded).not.toHaveBeenCalled()
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
