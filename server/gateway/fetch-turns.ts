import type { WireError } from '../../lib/protocol/errors.ts'
import type { FetchedImage, FetchImage } from './fetch-image.ts'

export interface FetchLimits {
  /** Pictures of one caller that may be on their way, or here and still needed. */
  readonly perCaller: number
  readonly overall: number
}

/** Of at most 8 MiB each. */
export const FETCH_LIMITS: FetchLimits = { perCaller: 4, overall: 16 }

export interface FetchTurn {
  readonly fetched: FetchedImage
  /** To be called once the picture is needed no more: the turn lasts as long as its bytes do. */
  readonly giveBack: () => void
}

interface Waiting {
  readonly caller: string
  readonly begin: () => void
}

/** Of those for whom nothing is fetched. */
export function noTurn(error: WireError): FetchTurn {
  return { fetched: { ok: false, error }, giveBack: () => undefined }
}

const GIVEN_UP: WireError = { code: 'cancelled', message: 'The request was given up' }

/**
 * Who fetches next. A request that waits for its turn holds an address, one that had it megabytes: without turns a
 * caller could have hundreds of pictures fetched before its line is asked whether there is room for one. A free turn
 * goes to whoever has fewest, so that a long queue of one caller does not keep the others waiting.
 */
export class FetchTurns {
  readonly #fetchImage: FetchImage
  readonly #limits: FetchLimits
  readonly #taken = new Map<string, number>()
  #total = 0
  #waiting: Waiting[] = []

  constructor(fetchImage: FetchImage, limits = FETCH_LIMITS) {
    this.#fetchImage = fetchImage
    this.#limits = limits
  }

  /** Fetches when it is this caller's turn, at once where it can. Never rejects. */
  fetch(caller: string, url: string, signal: AbortSignal): Promise<FetchTurn> {
    const begin = async (): Promise<FetchTurn> => {
      this.#count(caller, 1)
      const fetched = await this.#fetchImage(url, signal)
      let isTaken = true
      const giveBack = () => {
        if (isTaken) this.#giveBack(caller)
        isTaken = false
      }
      return { fetched, giveBack }
    }
    if (this.#hasTurn(caller)) return begin()
    return new Promise((resolve) => {
      const waiting = { caller, begin: () => resolve(begin()) }
      this.#waiting.push(waiting)
      const leave = () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting)
        resolve(noTurn(GIVEN_UP))
      }
      if (signal.aborted) leave()
      else signal.addEventListener('abort', leave, { once: true })
    })
  }

  #hasTurn(caller: string): boolean {
    return this.#takenBy(caller) < this.#limits.perCaller && this.#total < this.#limits.overall
  }

  #takenBy(caller: string): number {
    return this.#taken.get(caller) ?? 0
  }

  #count(caller: string, change: number): void {
    const taken = this.#takenBy(caller) + change
    this.#total += change
    if (taken > 0) this.#taken.set(caller, taken)
    else this.#taken.delete(caller)
  }

  #giveBack(caller: string): void {
    this.#count(caller, -1)
    const able = this.#waiting.filter((waiting) => this.#hasTurn(waiting.caller))
    const fewest = Math.min(...able.map((waiting) => this.#takenBy(waiting.caller)))
    const next = able.find((waiting) => this.#takenBy(waiting.caller) === fewest)
    if (!next) return
    this.#waiting = this.#waiting.filter((other) => other !== next)
    next.begin()
  }
}
