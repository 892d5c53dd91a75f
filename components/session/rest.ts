import type { Environment } from '../../lib/client/environment.ts'
import { AppError } from '../../lib/std/errors.ts'

/** Long enough for a look at another tab, a call, a photo that is searched for. */
export const REST_AFTER_MS = 5 * 60_000
const WHY = 'This page rests while nobody looks at it.'
const NORMAL_CLOSURE = 1000
/** One that was awake when its time came. */
const LOOK_AGAIN_MS = 30_000
/** As the server says it: somebody else got the place. One who never had it hears that at once. */
const NO_PLACE = 'too_many_sessions'
const HAD_IT_FOR_MS = 60_000

interface Awakening {
  readonly promise: Promise<void>
  resolve(): void
  reject(error: Error): void
}

function awakening(): Awakening {
  let resolve: () => void = () => undefined
  let reject: (error: Error) => void = () => undefined
  const promise = new Promise<void>((yes, no) => ([resolve, reject] = [yes, no]))
  // Where no dial waits for it nobody hears that it failed.
  promise.catch(() => undefined)
  return { promise, resolve, reject }
}

type Surroundings = Pick<Environment, 'openSocket' | 'clock' | 'isHidden' | 'onVisibilityChange'>

const TOUCHES = ['pointerdown', 'keydown', 'wheel'] as const

function onTouch(touched: () => void): () => void {
  for (const name of TOUCHES) window.addEventListener(name, touched, { capture: true, passive: true })
  return () => {
    for (const name of TOUCHES) window.removeEventListener(name, touched, { capture: true })
  }
}

/**
 * A page that nobody looks at gives its place at the server to others, and takes one again as soon as it is shown. To its
 * client that is a connection lost, and a dial that takes until then: what it does after those is all that is needed. One
 * that is shown and was put out, because nothing was drawn on it for long, does not come back for the next one's place
 * until somebody touches it.
 */
export class Rest {
  readonly #around: Surroundings
  readonly #listen: typeof onTouch
  readonly #off: () => void
  #offTouch: () => void = () => undefined
  #isAwake: () => boolean = () => false
  #cancelTimer: () => void = () => undefined
  #drop: () => void = () => undefined
  #resting: Awakening | undefined

  constructor(around: Surroundings, listen = onTouch) {
    this.#around = around
    this.#listen = listen
    this.#off = around.onVisibilityChange(() => this.#look())
    this.#look()
  }

  /** @param isAwake whether it is to go on although nobody looks; asked from time to time */
  unless(isAwake: () => boolean): void {
    this.#isAwake = isAwake
  }

  get isResting(): boolean {
    return this.#resting !== undefined
  }

  /** In place of the one it was made with. */
  readonly openSocket: Environment['openSocket'] = (url, handlers) => {
    this.#drop = () => handlers.close(NORMAL_CLOSURE, WHY)
    const { clock } = this.#around
    const sinceMs = clock.now()
    const close = (code: number, reason: string) => {
      if (reason === NO_PLACE && clock.now() - sinceMs >= HAD_IT_FOR_MS) this.#wait()
      handlers.close(code, reason)
    }
    return this.#around.openSocket(url, { ...handlers, close })
  }

  /** Until it is touched. */
  #wait(): void {
    this.#resting ??= awakening()
    this.#offTouch = this.#listen(() => this.#wake())
  }

  /** To be told of whoever uses the page by other ways than its own: a program that sets the words, say. */
  touched(): void {
    if (!this.#around.isHidden()) this.#wake()
  }

  #wake(): void {
    this.#offTouch()
    this.#offTouch = () => undefined
    this.#resting?.resolve()
    this.#resting = undefined
  }

  /** The same address, asked for once the page is looked at. */
  awake(dial: () => Promise<string>): () => Promise<string> {
    return async () => {
      for (;;) {
        await this.#resting?.promise
        const url = await dial()
        // It may have fallen asleep meanwhile, and a ticket does not last.
        if (!this.#resting) return url
      }
    }
  }

  #look(): void {
    this.#cancelTimer()
    if (this.#around.isHidden()) return this.#fallAsleepLater(REST_AFTER_MS)
    this.#wake()
  }

  #fallAsleepLater(afterMs: number): void {
    this.#cancelTimer = this.#around.clock.setTimer(() => {
      if (this.#isAwake()) return this.#fallAsleepLater(LOOK_AGAIN_MS)
      // One whose place was given away may wait already, and its dial with it.
      this.#resting ??= awakening()
      this.#drop()
    }, afterMs)
  }

  /** A dial that waits ends with an error: nobody wants it any more. */
  stop(): void {
    this.#off()
    this.#offTouch()
    this.#cancelTimer()
    this.#resting?.reject(new AppError('cancelled', 'The drawing was closed; open it again'))
    this.#resting = undefined
  }
}
