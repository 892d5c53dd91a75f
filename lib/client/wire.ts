import type { FrameMode } from '../protocol/control.ts'
import { encodeBinary } from '../protocol/frame.ts'
import type { DrawParams, ModelInfo } from '../protocol/params.ts'
import { sameParams } from './draft-params.ts'
import type { Socket } from './environment.ts'
import type { Snapshot } from './types.ts'

export interface OutgoingFrame {
  readonly seq: number
  readonly mode: FrameMode
  readonly params: DrawParams
  readonly snapshot: Snapshot
}

/** Of `welcome`: what may be sent. */
export interface WireLimits {
  readonly messageLimitBytes: number
  readonly model: ModelInfo
}

/** The sending half of one connection; knows which parameters the server has. A new connection, a new Wire (E1). */
export class Wire {
  readonly socket: Socket
  readonly #limitBytes: number
  /** The one that parameters are made for, and that frames begin on. */
  model: ModelInfo
  #params: DrawParams | undefined
  #rev = 0

  constructor(socket: Socket, { messageLimitBytes, model }: WireLimits) {
    this.socket = socket
    this.#limitBytes = messageLimitBytes
    this.model = model
  }

  /**
   * Sends parameters, when they differ from the last ones, and then the frame. Returns the bytes handed over; 0 and
   * nothing sent when the frame is over the server's message limit: the socket would not survive it (W1).
   */
  send({ seq, mode, params, snapshot }: OutgoingFrame): number {
    const changed = !this.#params || !sameParams(this.#params, params)
    const rev = changed ? this.#rev + 1 : this.#rev
    const { codec, width, height, bytes: image } = snapshot
    const frame = encodeBinary({
      kind: 'frame',
      codec,
      seq,
      paramsRev: rev,
      width,
      height,
      meta: { mode },
      image,
    })
    if (frame.length > this.#limitBytes) return 0
    const text = changed ? JSON.stringify({ type: 'params', rev, params, model: this.model.id }) : ''
    if (changed) this.socket.send(text)
    this.#params = params
    this.#rev = rev
    this.socket.send(frame)
    return text.length + frame.length
  }

  /** The server says it does not know our revision: tell it again before the next frame. */
  forgetParams(): void {
    this.#params = undefined
  }
}
