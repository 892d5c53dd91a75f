import { useCallback } from 'react'
import { Tldraw, type Editor } from 'tldraw'
import 'tldraw/tldraw.css'
import type { BenchPaper } from '../../../lib/client/bench/runner.ts'
import type { Size } from '../../../lib/std/size.ts'
import { lockCamera } from './camera.ts'
import { spareFonts } from './fonts.ts'
import { MOST_SHAPES } from './full-page.ts'
import { applyFirstStyles } from './pen.ts'
import { FIRST_PEN } from '../kept-pen.ts'
import { paperFor } from '../paper.ts'
import { Snapshotter } from './snapshot.ts'
import { playStrokes, resetPage } from './stroke-player.ts'
import { ASSET_URLS, COMPONENTS, OPTIONS, PAPER_THEMES } from './tldraw-look.ts'

interface BenchEditorProps {
  readonly size: Size
  readonly onPaper: (paper: BenchPaper) => void
}

/** The studio's sheet of paper, without storage and history, drawn on by the scripted pen alone. */
export function BenchEditor({ size, onPaper }: BenchEditorProps) {
  const onMount = useCallback(
    (editor: Editor) => {
      const stopSparing = spareFonts(editor)
      applyFirstStyles(editor, FIRST_PEN)
      const paper = new EditorPaper(editor, size)
      onPaper(paper)
      return () => {
        paper.dispose()
        stopSparing()
      }
    },
    [onPaper, size],
  )
  const licenseKey = process.env.NEXT_PUBLIC_TLDRAW_LICENSE_KEY
  return (
    <Tldraw
      {...(licenseKey ? { licenseKey } : {})}
      assetUrls={ASSET_URLS}
      autoFocus={false}
      colorScheme="light"
      components={COMPONENTS}
      hideUi
      locale="en"
      onMount={onMount}
      options={BENCH_OPTIONS}
      themes={PAPER_THEMES}
    />
  )
}

/** A full page is measured too, and the pen still draws on it. */
const BENCH_OPTIONS = { ...OPTIONS, maxShapesPerPage: MOST_SHAPES + 100 }

class EditorPaper implements BenchPaper {
  readonly #editor: Editor
  readonly #snapshotter: Snapshotter
  #size: Size
  #unlock: () => void

  constructor(editor: Editor, size: Size) {
    this.#editor = editor
    this.#snapshotter = new Snapshotter(editor)
    this.#size = size
    this.#unlock = lockCamera(editor, paperFor(size))
  }

  async reset(shapes: number, size: Size): Promise<void> {
    this.#unlock()
    this.#unlock = lockCamera(this.#editor, paperFor(size))
    this.#size = size
    resetPage(this.#editor, shapes, size)
    // The first snapshot of a drawing paints all of it; a run measures the pen.
    await this.takeSnapshot(size)
  }

  play(onPen: () => void): () => void {
    return playStrokes(this.#editor, this.#size, onPen)
  }

  takeSnapshot(size: Size) {
    return this.#snapshotter.take(size)
  }

  dispose(): void {
    this.#unlock()
    this.#snapshotter.dispose()
  }
}
