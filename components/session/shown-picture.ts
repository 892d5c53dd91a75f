// Whether the picture on the screen is of the drawing, the words and the settings as they are now.
import { createStore, type StoreApi } from 'zustand/vanilla'
import { refinedParams, sameParams } from '../../lib/client/draft-params.ts'
import type { ClientState, PaintedFrame, SketchClient } from '../../lib/client/types.ts'
import type { DrawingContent } from '../canvas/drawing-surface.ts'
import type { DrawingLooks } from './drawing-looks.ts'

export class ShownPicture {
  readonly store: StoreApi<{ readonly current: boolean }>
  readonly #client: SketchClient
  readonly #looks: DrawingLooks
  readonly stop: () => void

  constructor(client: SketchClient, looks: DrawingLooks) {
    this.#client = client
    this.#looks = looks
    this.store = createStore(() => ({ current: false }))
    const follow = () => this.#follow()
    const stops = [client.onFrame(follow), client.store.subscribe(follow), looks.store.subscribe(follow)]
    this.stop = () => stops.forEach((stop) => stop())
  }

  /** Whether a picture is of the drawing and the settings of now. */
  isCurrent({ snapshot, ...made }: PaintedFrame): boolean {
    const look = this.#looks.at(snapshot)
    if (look === undefined || look.version !== this.#looks.store.getState().version) return false
    return isMadeWith(made, this.#client.store.getState())
  }

  /** The drawing that a picture is of. */
  contentOf({ snapshot }: PaintedFrame): Promise<DrawingContent> | undefined {
    return this.#looks.at(snapshot)?.content()
  }

  /** Whether two pictures are of one drawing, whatever their sizes and settings. */
  isSameDrawing(one: PaintedFrame, other: PaintedFrame): boolean {
    const version = this.#looks.at(one.snapshot)?.version
    return version !== undefined && version === this.#looks.at(other.snapshot)?.version
  }

  #follow(): void {
    const frame = this.#client.lastFrame()
    const current = frame !== undefined && this.isCurrent(frame)
    if (current !== this.store.getState().current) this.store.setState({ current })
  }
}

type Made = Pick<PaintedFrame, 'params' | 'meta' | 'model'>

/** A refined picture is one of the settings that it refines. */
function isMadeWith(made: Made, { params, model }: Pick<ClientState, 'params' | 'model'>): boolean {
  if (!params || !model || made.model.id !== model.id) return false
  const asked = made.meta.mode === 'refine' ? refinedParams(params, model) : params
  return asked !== undefined && sameParams(made.params, asked)
}
