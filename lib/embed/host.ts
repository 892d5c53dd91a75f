// The outer side of an embedded canvas: finds the server, shows its page in a frame, talks to it, and tries again as
// long as that can help. Knows no element, so that tests run it without a browser.
import { backoffMs } from '../flow/backoff.ts'
import { messageOf } from '../std/errors.ts'
import type { Clock } from '../std/clock.ts'
import { LIVE_ATTRIBUTES } from './attributes.ts'
import { Calls, type Call } from './calls.ts'
import {
  FrameMessageSchema,
  type BareHostMessage,
  type EmbedError,
  type FrameDetail,
  type FrameMessage,
  type ReadyDetail,
  type StatusDetail,
} from './messages.ts'
import { embedAddress } from './options.ts'
import { watchPolicy, type Directive, type PolicyWatch, type PolicyWatchOptions } from './policy.ts'
import { openPostbox, type Peer, type Postbox, type PostboxOptions } from './postbox.ts'
import { probe, type EmbedTrouble, type ProbeOptions } from './probe.ts'
import { UnkeptDrawing, type TakenDrawing } from './unkept-drawing.ts'

/** What the outer side takes from the browser. */
export interface HostEnvironment {
  readonly clock: Pick<Clock, 'setTimer'>
  readonly fetch: ProbeOptions['fetch']
  readonly listen: PostboxOptions<unknown>['listen']
  /** Exact origin of this page. */
  readonly origin: string
  random(): number
  /** The machine has a network again; returns the unsubscribe. */
  onOnline(listener: () => void): () => void
  /** A policy of this page forbids something; returns the unsubscribe. */
  readonly onViolation: PolicyWatchOptions['listen']
}

export interface HostEvents {
  ready(detail: ReadyDetail): void
  frame(detail: FrameDetail): void
  status(detail: StatusDetail): void
  /** `retryInMs`: there is no canvas now, and it is tried again then; `undefined`: the canvas says what it does. */
  error(error: EmbedError, retryInMs?: number): void
  height(px: number): void
  /** The frame's page is there. */
  hello(): void
}

export interface HostOptions {
  /** Origin of the server. */
  readonly server: string
  /** Attributes as they are now. */
  readonly attributes: () => readonly (readonly [string, string])[]
  /** Shows a frame with this address in place of any other; returns a way to its window. */
  readonly mount: (address: string) => () => Peer
  readonly unmount: () => void
  /** A key for this server, when it asks for one. */
  readonly token: () => Promise<string | undefined>
  /** What the canvas that was here before takes along (`leave`). */
  readonly drawing: TakenDrawing | undefined
  readonly env: HostEnvironment
  readonly events: HostEvents
}

/** From the address to the page's first word; the page is a megabyte. */
const HELLO_WITHIN_MS = 30_000
/** The browser tells what a policy stopped in a task of its own, often after fetch has failed. */
const VIOLATION_WITHIN_MS = 200
/** A cache between here and the server could serve the old page for ever. */
const MOST_RELOADS = 3
const RETRY = { firstMs: 1_000, factor: 1.7, maxMs: 30_000 }

export class EmbedHost {
  readonly #options: HostOptions
  readonly #stop = new AbortController()
  readonly #calls: Calls
  readonly #postbox: Postbox
  readonly #unkept: UnkeptDrawing
  #peer: () => Peer = () => null
  #heard: (() => void) | undefined
  #wake: (() => void) | undefined
  #running = false
  #reloads = 0

  constructor(options: HostOptions) {
    this.#options = options
    const { env, server } = options
    this.#postbox = openPostbox({
      listen: env.listen,
      peer: () => this.#peer(),
      origin: new URL(server).origin,
      schema: FrameMessageSchema,
      onMessage: (message) => this.#receive(message),
    })
    this.#calls = new Calls(env.clock, (message) => this.#post(message))
    this.#unkept = new UnkeptDrawing({
      ask: (call) => this.#calls.ask(call, true),
      taken: options.drawing,
      onLoss: (error) => options.events.error(error),
    })
    void this.#run()
  }

  /** Messages that bear our mark and came from elsewhere, or did not fit. */
  get ignored(): number {
    return this.#postbox.ignored
  }

  ask(call: Call): Promise<unknown> {
    return this.#calls.ask(call)
  }

  /** Attributes changed; `null` for one that was taken away. Before the frame is there it reads them all anyway. */
  set(options: Readonly<Record<string, string | null>>): void {
    this.#post({ type: 'set', options: { ...options } })
  }

  dispose(): void {
    this.#close()
    this.#options.unmount()
  }

  /**
   * Makes way for a canvas of the same drawing, as `dispose` does. Gives a drawing that this browser does not keep to that
   * canvas; its frame stays until then.
   */
  leave(): TakenDrawing | undefined {
    this.#stop.abort()
    const taken = this.#unkept.take()
    if (taken) return taken.finally(() => this.#close())
    this.dispose()
    return undefined
  }

  /** What the next canvas of the same drawing takes along when the frame is gone already. To be asked before `dispose`. */
  left(): TakenDrawing | undefined {
    return this.#unkept.left()
  }

  #close(): void {
    this.#stop.abort()
    this.#wake?.()
    this.#heard?.()
    this.#postbox.close()
    this.#calls.close()
  }

  async #run(): Promise<void> {
    if (this.#running) return
    this.#running = true
    const { env, events, unmount } = this.#options
    if (this.#unkept.taken) {
      await this.#unkept.taken
      if (!this.#stop.signal.aborted) unmount()
    }
    const offOnline = env.onOnline(() => this.#wake?.())
    for (let attempt = 0; !this.#stop.signal.aborted; attempt++) {
      const trouble = await this.#attempt()
      if (this.#stop.signal.aborted || !trouble) break
      const delayMs = trouble.retry ? backoffMs(attempt, env.random(), RETRY) : undefined
      events.error(trouble.error, delayMs)
      if (delayMs === undefined) break
      await this.#sleep(delayMs)
    }
    offOnline()
    this.#running = false
  }

  /** `undefined` once the frame is there: from then on it keeps its own connection. */
  async #attempt(): Promise<EmbedTrouble | undefined> {
    const { server, env } = this.#options
    const onTrouble = (directive: Directive) =>
      directive === 'connect-src' ? this.#wake?.() : this.#heard?.()
    const policy = watchPolicy({ server, listen: env.onViolation, onTrouble })
    try {
      return (await this.#probe(policy)) ?? (await this.#show(policy))
    } finally {
      policy.stop()
    }
  }

  #probe(policy: PolicyWatch): Promise<EmbedTrouble | undefined> {
    const { server, env } = this.#options
    const refusal = async () => {
      if (!policy.trouble('connect-src')) await this.#sleep(VIOLATION_WITHIN_MS)
      return policy.trouble('connect-src')
    }
    return probe({ server, origin: env.origin, fetch: env.fetch, signal: this.#stop.signal, refusal })
  }

  async #show(policy: PolicyWatch): Promise<EmbedTrouble | undefined> {
    if (this.#stop.signal.aborted) return undefined
    const { server, env, mount, unmount, attributes } = this.#options
    const heard = new Promise<boolean>((resolve) => {
      const cancel = env.clock.setTimer(() => resolve(false), HELLO_WITHIN_MS)
      this.#heard = () => {
        cancel()
        resolve(true)
      }
    })
    this.#peer = mount(embedAddress(server, [...attributes(), ['host', env.origin]]))
    const isThere = await heard
    const refused = policy.trouble('frame-src')
    if (isThere && !refused) return undefined
    unmount()
    if (refused) return refused
    const message = `${server} answers, but its page did not come up. Look at this browser's console and the server's log`
    return { error: { code: 'server_unreachable', message, field: 'server', value: server }, retry: true }
  }

  #sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        cancel()
        this.#wake = undefined
        resolve()
      }
      const cancel = this.#options.env.clock.setTimer(wake, delayMs)
      this.#wake = wake
    })
  }

  #post(message: BareHostMessage): void {
    this.#postbox.post(message)
  }

  #receive(message: FrameMessage): void {
    const { events } = this.#options
    switch (message.type) {
      case 'hello':
        return this.#hello()
      case 'ready':
        // This page and the server understand each other: whatever comes is of a later update.
        this.#reloads = 0
        return events.ready(message.detail)
      case 'frame':
        return events.frame(message.detail)
      case 'status':
        return this.#status(message.detail)
      case 'error':
        return events.error(message.detail)
      case 'height':
        return events.height(message.height)
      case 'drawing':
        return this.#unkept.told(message.drawing)
      case 'needToken':
        return void this.#token(message.id)
      case 'result':
      case 'failure':
        return this.#calls.settle(message)
    }
  }

  #hello(): void {
    this.#heard?.()
    this.#heard = undefined
    this.#options.events.hello()
    this.#setAll()
    if (this.#unkept.taken) void this.#bringBack()
    else this.#calls.open()
  }

  /** Attributes may have changed while the page was loading, or be gone. */
  #setAll(): void {
    const gone = LIVE_ATTRIBUTES.map((name): [string, null] => [name, null])
    this.set(Object.fromEntries([...gone, ...this.#options.attributes()]))
  }

  /** Before anything else is asked of the page. The settings that the drawing had give way to the element's attributes. */
  async #bringBack(): Promise<void> {
    if (!(await this.#unkept.bring())) return
    this.#setAll()
    this.#calls.open()
  }

  #status(detail: StatusDetail): void {
    this.#options.events.status(detail)
    this.#unkept.heard(detail)
    if (detail.connection !== 'reload' || this.#running || this.#stop.signal.aborted) return
    if (this.#reloads >= MOST_RELOADS) return
    // A newer server: its own page understands it. The drawing is kept in the browser, or taken along.
    this.#reloads += 1
    this.#calls.pause()
    void this.#unkept.take()
    void this.#run()
  }

  async #token(id: number): Promise<void> {
    let token: string | undefined
    try {
      token = await this.#options.token()
    } catch (error) {
      const message = `getToken failed: ${messageOf(error)}. The canvas continues without a key`
      this.#options.events.error({ code: 'token_failed', message, field: 'token' })
    }
    this.#post({ type: 'token', id, token: token ?? null })
  }
}
