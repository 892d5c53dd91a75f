// The pictures that went by: a good one is often gone before anybody could pin it. Held in memory for as long as the page
// is open. Of a picture only what came over the wire is held, no decoded pixels and no object URL; its drawing hangs on
// the snapshot it was made of (DrawingLooks), as a list of records that the editor shares.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { PaintedFrame, SketchClient } from '../../lib/client/types.ts'
import type { ShownPicture } from './shown-picture.ts'

export interface RecentPicture {
  readonly id: string
  /** Wall-clock time of its paint. */
  readonly atMs: number
  readonly frame: PaintedFrame
}

/** One that is held, and since when something is held in its place. */
interface Held extends RecentPicture {
  readonly sinceMs: number
}

/** At two a second the last quarter of a minute of a pen that never rests, and much longer of one that does. */
const MOST = 30
const MOST_BYTES = 24e6
/**
 * While the pen moves ten pictures come a second, each hardly different from the one before. The last one of every such
 * span is held; one that stood longer was seen, and is held always.
 */
const EVERY_MS = 500

export class RecentPictures {
  /** Newest first. */
  readonly store: StoreApi<{ readonly pictures: readonly RecentPicture[] }>
  readonly stop: () => void
  readonly #shown: Pick<ShownPicture, 'isSameDrawing'>
  #held: readonly Held[] = []

  constructor(client: Pick<SketchClient, 'onFrame'>, shown: Pick<ShownPicture, 'isSameDrawing'>) {
    this.#shown = shown
    this.store = createStore(() => ({ pictures: [] }))
    const stop = client.onFrame((frame) => this.#add(frame))
    this.stop = () => {
      stop()
      this.#hold([])
    }
  }

  #add(frame: PaintedFrame): void {
    // The safety checker left nothing of it to come back to.
    if (frame.meta.nsfwDetected) return
    const atMs = Date.now()
    const [last, ...before] = this.#held
    const isInPlace = last && (atMs - last.sinceMs < EVERY_MS || this.#refines(frame, last.frame))
    const sinceMs = isInPlace ? last.sinceMs : atMs
    const picture = { id: `${frame.seq}-${atMs}`, atMs, frame, sinceMs }
    this.#hold(within([picture, ...(isInPlace ? before : this.#held)]))
  }

  /** The better picture of the same drawing and words. */
  #refines(frame: PaintedFrame, of: PaintedFrame): boolean {
    const { prompt, seed, strength } = frame.params
    const isOfSameWords =
      prompt === of.params.prompt && seed === of.params.seed && strength === of.params.strength
    return frame.meta.mode === 'refine' && isOfSameWords && this.#shown.isSameDrawing(frame, of)
  }

  #hold(held: readonly Held[]): void {
    this.#held = held
    this.store.setState({ pictures: held })
  }
}

/** As many of the newest as there is room for, and the newest in any case. */
function within(held: readonly Held[]): readonly Held[] {
  let bytes = 0
  const fits = ({ frame }: Held, at: number): boolean => {
    bytes += frame.blob.size + frame.snapshot.bytes.length
    return at === 0 || (at < MOST && bytes <= MOST_BYTES)
  }
  return held.filter(fits)
}
