// The strip of pinned results of one drawing. Owns the object URLs of its pictures and gives them back.
import * as v from 'valibot'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { PaintedFrame } from '../../lib/client/types.ts'
import type { DrawingContent } from '../canvas/drawing-surface.ts'
import { openChannel } from '../canvas/open-channel.ts'
import { newDrawingId } from './drawing-id.ts'
import { deletePin, loadPinContent, loadPins, savePin, type Pin } from './pin-database.ts'

export interface ShownPin extends Pin {
  readonly url: string
}

interface Pins {
  /** Newest first. */
  readonly pins: readonly ShownPin[]
  /** Off the strip, and in the browser still: until they are deleted they can be brought back whole. */
  readonly removed: readonly ShownPin[]
}

/** Where pins are kept. */
export interface PinDatabase {
  load(drawing: string): Promise<Pin[]>
  content(id: string): Promise<DrawingContent>
  save(pin: Pin, content: DrawingContent): Promise<void>
  delete(id: string): Promise<void>
}

const BROWSER: PinDatabase = {
  load: loadPins,
  content: loadPinContent,
  save: savePin,
  delete: deletePin,
}

/** Tabs that show a drawing tell each other when its pins have become others. */
const CHANNEL = 'sketchwire-pins'
const NewsSchema = v.object({ pinsOf: v.string() })

export class PinBoard {
  readonly store: StoreApi<Pins>
  readonly #drawing: string
  readonly #database: PinDatabase
  /** Being deleted: in the database still, and not on the strip any more. */
  readonly #going = new Set<string>()
  #channel: BroadcastChannel | undefined
  #disposed = false

  constructor(drawing: string, database = BROWSER) {
    this.#drawing = drawing
    this.#database = database
    this.store = createStore(() => ({ pins: [], removed: [] }))
  }

  /** From then on what other tabs pin and delete is shown as well. */
  async load(): Promise<void> {
    this.#listen()
    const kept = await this.#database.load(this.#drawing)
    if (this.#disposed) return
    const { pins, removed } = this.store.getState()
    const isOff = ({ id }: Pin) => this.#going.has(id) || removed.some((pin) => pin.id === id)
    const isKept = ({ id }: Pin) => kept.some((pin) => pin.id === id)
    for (const pin of [...pins, ...removed]) if (!isKept(pin)) URL.revokeObjectURL(pin.url)
    this.store.setState({
      pins: kept
        .filter((pin) => !isOff(pin))
        .map((pin) => pins.find(({ id }) => id === pin.id) ?? shown(pin)),
      removed: removed.filter(isKept),
    })
  }

  #listen(): void {
    if (this.#channel || this.#disposed) return
    this.#channel = openChannel(CHANNEL)
    if (!this.#channel) return
    this.#channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      const { success, output } = v.safeParse(NewsSchema, data)
      // Where the browser does not read them just now, the strip stays as it was.
      if (success && output.pinsOf === this.#drawing) void this.load().catch(() => undefined)
    }
  }

  #tellOthers(): void {
    this.#channel?.postMessage({ pinsOf: this.#drawing })
  }

  /** `params` are what restoring it sets. Throws what IndexedDB throws. */
  async add(
    { blob, width, height, params, meta, model }: PaintedFrame,
    content: DrawingContent,
  ): Promise<void> {
    const pin: Pin = {
      id: newDrawingId(),
      drawing: this.#drawing,
      atMs: Date.now(),
      picture: blob,
      width,
      height,
      params,
      model: model.name,
      sampler: model.sampler,
      made: { steps: meta.steps, seed: meta.seed },
    }
    await this.#database.save(pin, content)
    this.#tellOthers()
    // Another tab's news may have brought it already.
    this.#show((pins) => (pins.some(({ id }) => id === pin.id) ? pins : [shown(pin), ...pins]))
  }

  /** Not on a board that was closed while its browser read or wrote: nobody would give the pictures back. */
  #show(change: (pins: readonly ShownPin[]) => readonly ShownPin[]): void {
    if (!this.#disposed) this.store.setState(({ pins }) => ({ pins: change(pins) }))
  }

  /** What was drawn when it was pinned. Throws what IndexedDB throws, and AppError for what it cannot give. */
  content(id: string): Promise<DrawingContent> {
    return this.#database.content(id)
  }

  /**
   * Takes a pin off the strip. It is not deleted yet: a page that goes away before `deleteRemoved` has the pin again, all
   * of it, when it comes back.
   */
  remove(id: string): void {
    const { pins, removed } = this.store.getState()
    const off = pins.filter((pin) => pin.id === id)
    this.store.setState({ pins: pins.filter((pin) => pin.id !== id), removed: [...removed, ...off] })
  }

  /** Puts back what was taken off and is not deleted, each where it was. */
  bringBack(): void {
    const { pins, removed } = this.store.getState()
    this.store.setState({ pins: newestFirst([...pins, ...removed]), removed: [] })
  }

  /** Deletes for good what was taken off. Throws what IndexedDB throws; what could not be deleted is on the strip again. */
  async deleteRemoved(): Promise<void> {
    const { removed } = this.store.getState()
    if (removed.length === 0) return
    this.store.setState({ removed: [] })
    for (const { id } of removed) this.#going.add(id)
    const tried = await Promise.allSettled(removed.map(({ id }) => this.#database.delete(id)))
    const failed = tried.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    const left = removed.filter((_, at) => tried[at]?.status === 'rejected')
    for (const { id } of removed) this.#going.delete(id)
    this.#tellOthers()
    for (const pin of removed) if (this.#disposed || !left.includes(pin)) URL.revokeObjectURL(pin.url)
    if (left.length === 0) return
    this.#show((pins) => newestFirst([...pins, ...left]))
    throw failed[0]
  }

  /** Deletes what was taken off: with the drawing goes the way to bring it back. */
  dispose(): void {
    this.#disposed = true
    const leave = () => {
      this.#channel?.close()
      this.#channel = undefined
    }
    this.deleteRemoved().then(leave, leave)
    for (const pin of this.store.getState().pins) URL.revokeObjectURL(pin.url)
    this.store.setState({ pins: [] })
  }
}

function newestFirst(pins: readonly ShownPin[]): ShownPin[] {
  return pins.toSorted((a, b) => b.atMs - a.atMs)
}

function shown(pin: Pin): ShownPin {
  return { ...pin, url: URL.createObjectURL(pin.picture) }
}
