// The strip of pinned results of one drawing. Owns the object URLs of its pictures and gives them back.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { PaintedFrame } from '../../lib/client/types.ts'
import type { DrawingContent } from '../canvas/drawing-surface.ts'
import { newDrawingId } from './drawing-id.ts'
import { deletePin, loadPins, savePin, type Pin } from './pin-database.ts'

export interface ShownPin extends Pin {
  readonly url: string
}

export class PinBoard {
  readonly store: StoreApi<{ readonly pins: readonly ShownPin[] }>
  readonly #drawing: string

  constructor(drawing: string) {
    this.#drawing = drawing
    this.store = createStore(() => ({ pins: [] }))
  }

  async load(): Promise<void> {
    const pins = await loadPins(this.#drawing)
    this.store.setState({ pins: pins.map(shown) })
  }

  async add(frame: PaintedFrame, content: DrawingContent): Promise<void> {
    const pin: Pin = {
      id: newDrawingId(),
      drawing: this.#drawing,
      atMs: Date.now(),
      picture: frame.blob,
      width: frame.width,
      height: frame.height,
      params: frame.params,
      model: frame.model.name,
      content,
    }
    await savePin(pin)
    this.store.setState(({ pins }) => ({ pins: [shown(pin), ...pins] }))
  }

  async remove(id: string): Promise<void> {
    await deletePin(id)
    const { pins } = this.store.getState()
    this.store.setState({ pins: pins.filter((pin) => pin.id !== id) })
    pins.filter((pin) => pin.id === id).forEach((pin) => URL.revokeObjectURL(pin.url))
  }

  dispose(): void {
    for (const pin of this.store.getState().pins) URL.revokeObjectURL(pin.url)
    this.store.setState({ pins: [] })
  }
}

function shown(pin: Pin): ShownPin {
  return { ...pin, url: URL.createObjectURL(pin.picture) }
}
