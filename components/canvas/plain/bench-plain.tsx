import { useEffect, useRef } from 'react'
import { type Stroke as PenStroke, startingStrokes } from '../../../lib/benchmark/recording.ts'
import type { BenchPaper } from '../../../lib/client/bench/runner.ts'
import type { Size } from '../../../lib/std/size.ts'
import { paperFor } from '../paper.ts'
import { playPen } from '../play-pen.ts'
import { DecodedPhotos } from './decoded-photos.ts'
import type { Item, Stroke } from './plain-drawing.ts'
import { PlainPainter } from './plain-painter.ts'
import { createPlainSnapshotter } from './plain-snapshot.ts'

interface BenchPlainProps {
  readonly size: Size
  readonly onPaper: (paper: BenchPaper) => void
}

/** The plain canvas under the scripted pen. */
export function BenchPlain({ size, onPaper }: BenchPlainProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    if (canvas.current) onPaper(new PlainPaper(canvas.current, size))
  }, [onPaper, size])
  return <canvas className="plain-canvas" ref={canvas} />
}

class PlainPaper implements BenchPaper {
  readonly #canvas: HTMLCanvasElement
  readonly #photos = new DecodedPhotos()
  readonly #painter = new PlainPainter(this.#photos)
  readonly #snapshot = createPlainSnapshotter(this.#photos)
  #size: Size
  #items: readonly Item[] = []

  constructor(canvas: HTMLCanvasElement, size: Size) {
    this.#canvas = canvas
    this.#size = size
    this.#show()
  }

  async reset(shapes: number, size: Size): Promise<void> {
    this.#size = size
    this.#items = startingStrokes(shapes).map((stroke) => strokeOn(stroke, stroke.points.length, size))
    this.#show()
    await this.takeSnapshot(size)
  }

  play(onPen: () => void): () => void {
    const before = this.#items
    const pen = new Map<number, Stroke>()
    return playPen({
      draw: ({ index, stroke, points }) => pen.set(index, strokeOn(stroke, points, this.#size)),
      remove: (index) => pen.delete(index),
      onPen: () => {
        this.#items = [...before, ...pen.values()]
        this.#show()
        onPen()
      },
    })
  }

  takeSnapshot(size: Size) {
    return this.#snapshot(this.#items, size)
  }

  #show(): void {
    const { width, height } = this.#size
    if (this.#canvas.width !== width) this.#canvas.width = width
    if (this.#canvas.height !== height) this.#canvas.height = height
    this.#painter.paint(this.#canvas, this.#items, this.#size)
  }
}

/** The first `count` points of a recorded stroke, on the paper. */
function strokeOn({ colour, width, points }: PenStroke, count: number, size: Size): Stroke {
  const paper = paperFor(size)
  const place = ({ x, y }: PenStroke['points'][number]): Stroke['points'][number] => [
    paper.x + x * paper.w,
    paper.y + y * paper.h,
    0.5,
  ]
  return { kind: 'stroke', colour, width, filled: false, points: points.slice(0, count).map(place) }
}
