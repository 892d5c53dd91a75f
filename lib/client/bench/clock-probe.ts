import * as v from 'valibot'
import type { EngineStateName } from '../../protocol/control.ts'
import { ServerMessageSchema, type ServerMessage } from '../../protocol/control.ts'
import type { ModelInfo } from '../../protocol/params.ts'
import { PROTOCOL_VERSION } from '../../protocol/version.ts'
import { AppError } from '../../std/errors.ts'
import { CLOSES } from '../socket-life.ts'
import { ClockOffset } from '../clock-offset.ts'
import type { ClockEstimate } from '../clock-offset.ts'
import type { Environment, Socket } from '../environment.ts'

/** Often enough that the best of the last eight follows a drift, seldom enough to cost nothing. */
const PING_EVERY_MS = 500
const WELCOME_WITHIN_MS = 8000

export interface ProbeOptions {
  readonly env: Pick<Environment, 'openSocket' | 'clock'>
  readonly socketUrl: string
  onModel(model: ModelInfo): void
  onEngine(engine: EngineStateName): void
  onLost(error: AppError): void
}

/**
 * A connection of its own that draws nothing: it asks the server for the time, so that an estimate of the offset is
 * there for every transport, and it says which model is loaded and whether it is ready.
 */
export class ClockProbe {
  readonly #options: ProbeOptions
  readonly #socket: Socket
  readonly #offset = new ClockOffset()
  #estimate: ClockEstimate | undefined
  #cancel: () => void

  constructor(options: ProbeOptions) {
    this.#options = options
    this.#socket = options.env.openSocket(options.socketUrl, {
      open: () =>
        this.#say({ type: 'hello', protocol: PROTOCOL_VERSION, client: 'sketchwire-benchmark-clock' }),
      message: (data) => this.#receive(data),
      close: (code, reason) => this.#closed(code, reason),
    })
    this.#cancel = options.env.clock.setTimer(() => this.#lost('no welcome in time'), WELCOME_WITHIN_MS)
  }

  /** Best estimate of the last eight pings; `undefined` before the first answer. */
  get estimate(): ClockEstimate | undefined {
    return this.#estimate
  }

  close(): void {
    this.#cancel()
    this.#socket.close()
  }

  #closed(code: number, reason: string): void {
    if (isRefusal(CLOSES[code])) this.#refused('The server asks for a key')
    else this.#lost(reason === '' ? `it closed with ${code}` : reason)
  }

  #refused(why: string): void {
    this.close()
    this.#options.onLost(new AppError('unauthorized', why))
  }

  #lost(why: string): void {
    this.close()
    const message = `The server does not answer: ${why}. Start it, or wait, and reload this page.`
    this.#options.onLost(new AppError('connection_lost', message))
  }

  #say(message: object): void {
    this.#socket.send(JSON.stringify(message))
  }

  #ping(): void {
    const { clock } = this.#options.env
    this.#say({ type: 'ping', clientMs: clock.now() })
    this.#cancel = clock.setTimer(() => this.#ping(), PING_EVERY_MS)
  }

  #receive(data: unknown): void {
    const receivedMs = this.#options.env.clock.now()
    if (typeof data !== 'string') return
    const parsed = v.safeParse(ServerMessageSchema, JSON.parse(data))
    if (parsed.success) this.#message(parsed.output, receivedMs)
  }

  #message(message: ServerMessage, receivedMs: number): void {
    const { onModel, onEngine } = this.#options
    if (message.type === 'welcome') {
      this.#cancel()
      onModel(message.model)
      onEngine(message.engine)
      this.#ping()
    } else if (message.type === 'model') {
      onModel(message.model)
    } else if (message.type === 'status') {
      onEngine(message.engine)
    } else if (message.type === 'pong') {
      const { clientMs: sentMs, serverMs } = message
      this.#estimate = this.#offset.add({ sentMs, serverMs, receivedMs })
    } else if (message.type === 'error') {
      // The close that follows may have lost its code on the way.
      if (isRefusal(message.code)) this.#refused(message.message)
      else this.#lost(message.message)
    }
  }
}

const isRefusal = (code: string | undefined) => code === 'unauthorized' || code === 'forbidden'
