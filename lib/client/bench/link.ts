import type { BenchSize, Transport } from '../../benchmark/settings.ts'
import type { ImageCodec, Timings } from '../../protocol/control.ts'
import type { DrawParams } from '../../protocol/params.ts'
import type { Environment } from '../environment.ts'

/** How one frame ended, with times on the clock of the environment. */
export type FrameEnd =
  | {
      readonly kind: 'picture'
      readonly receivedAtMs: number
      readonly image: Uint8Array<ArrayBuffer>
      readonly codec: ImageCodec
      readonly timings: Timings
    }
  | { readonly kind: 'superseded'; readonly by: number }
  | { readonly kind: 'failed'; readonly message: string }

export interface Sent {
  readonly seq: number
  /** Packed and handed over. */
  readonly sentAtMs: number
  readonly bytes: number
  readonly end: Promise<FrameEnd>
}

export interface Sketch extends BenchSize {
  readonly bytes: Uint8Array
  readonly codec: ImageCodec
}

/** One connection of one transport: sends sketches, tells how each ended. */
export interface Link {
  /** Frames that may be in flight. */
  readonly window: number
  /** The connection is gone: what is sent now fails at once. */
  readonly lost: boolean
  /** How long the next snapshot should be held back (see `Pace`). */
  waitMs(nowMs: number): number
  snapshotTook(ms: number): void
  send(sketch: Sketch): Promise<Sent>
  close(): void
}

/** The REST door, and the headers that it wants. */
export interface RestDoor {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

export interface LinkOptions {
  readonly env: Environment
  /** `ws:` or `wss:` URL of the native door. */
  readonly socketUrl: string
  readonly rest: RestDoor
  readonly transport: Transport
  readonly params: DrawParams
  readonly previews: boolean
  /** Everything that came over the wire, in bytes of payload. */
  onBytes(down: number): void
}
