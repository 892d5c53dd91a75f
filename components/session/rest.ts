import type { Environment } from '../../lib/client/environment.ts'
import { AppError } from '../../lib/std/errors.ts'

/** Long enough for a look at another tab, a call, a photo that is searched for. */
export const REST_AFTER_MS = 5 * 60_000
const WHY = 'This page rests while nobody looks at it.'
const NORMAL_CLOSURE = 1000

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

/**
 * A page that nobody looks at gives its place at the server to others, and takes one again as soon as it is shown. To its
 * client that is a connection lost, and a dial that takes until then: what it does after those is all that is needed.
 */
export class Rest {
  readonly #around: Surroundings
  readonly #off: () => void
  #isAwake: () => boolean = () => false
  #cancelTimer: () => void = () => undefined
  #drop: () => void = () => undefined
  #resting: Awakening | undefined

  constructor(around: Surroundings) {
    this.#around = around
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
    return this.#around.openSocket(url, handlers)
  }

  /** The same address, asked for once the page is looked at. */
  awake(dial: () => Promise<string>): () => Promise<string> {
    return async () => {
      await this.#resting?.promise
      return await dial()
    }
  }

  #look(): void {
    this.#cancelTimer()
    if (this.#around.isHidden()) return this.#fallAsleepLater()
    this.#resting?.resolve()
    this.#resting = undefined
  }

  #fallAsleepLater(): void {
    this.#cancelTimer = this.#around.clock.setTimer(() => {
      if (this.#isAwake()) return this.#fallAsleepLater()
      this.#resting = awakening()
      this.#drop()
    }, REST_AFTER_MS)
  }

  /** A dial that waits ends with an error: nobody wants it any more. */
  stop(): void {
    this.#off()
    this.#cancelTimer()
    this.#resting?.reject(new AppError('cancelled', 'The drawing was closed; open it again'))
    this.#resting = undefined
  }
}
