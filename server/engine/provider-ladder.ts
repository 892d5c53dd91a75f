import type { Clock } from '../../lib/std/clock.ts'
import {
  firstThatWorks,
  inWords,
  type Objection,
  type Passed,
  type ProviderChoice,
} from './provider-choice.ts'

const FAILURES = 3
const WINDOW_MS = 60_000

/** What a provider did. */
export interface Fault {
  /** For clients: "failed 3 times in a minute". */
  readonly what: string
  /** For the log. */
  readonly why: string
}

/** Where the engine runs now, and how far it has had to climb down. */
export class ProviderLadder {
  #choice: ProviderChoice
  readonly #clock: Clock
  readonly #objectionTo: Objection
  /** Times of the failures of the last minute. */
  #failures: number[] = []
  /** Failures since a job was last done: a model of gigabytes loads longer than a minute, a hang lasts longer. */
  #inRow = 0
  #notice: string | undefined
  #refused: Passed | undefined

  constructor(choice: ProviderChoice, clock: Clock, objectionTo: Objection) {
    this.#choice = choice
    this.#clock = clock
    this.#objectionTo = objectionTo
  }

  get provider(): string {
    return this.#choice.provider
  }

  get reason(): string {
    return this.#choice.reason
  }

  get what(): string {
    return this.#choice.what
  }

  /** A sentence for people once it is not the provider it began with. */
  get notice(): string | undefined {
    return this.#notice
  }

  /** Why providers were passed over when one was last needed. */
  get refused(): Passed | undefined {
    return this.#refused
  }

  /**
   * Counts a failure at run time. When it was the third in a minute, or the third without a job done between, it says so
   * in words: then it is time to `fall`.
   * @param isHang a process that left a cancel unanswered: one may be in a large call, three in a row are not.
   */
  failed({ isHang = false } = {}): string | undefined {
    const now = this.#clock.now()
    this.#inRow += 1
    this.#failures = [...this.#failures.filter((at) => now - at < WINDOW_MS), ...(isHang ? [] : [now])]
    if (this.#failures.length >= FAILURES) return `failed ${FAILURES} times in a minute`
    return this.#inRow >= FAILURES ? `failed ${FAILURES} times in a row` : undefined
  }

  /** A job is done: the device does work. */
  worked(): void {
    this.#inRow = 0
  }

  /**
   * To the next provider that can take over, if there is one. Each is probed as at the start, and only now: what was seen
   * of it when the engine started says little after what has happened, and a software driver is no better than cpu.
   */
  async fall({ what, why }: Fault): Promise<boolean> {
    const { provider, passed, next } = await firstThatWorks(this.#choice.next, this.#objectionTo)
    this.#refused = passed.length === 0 ? undefined : joined(passed)
    // Counted anew where there is none, too: a search may take as long as a probe that hangs.
    this.#failures = []
    this.#inRow = 0
    if (provider === undefined) return false
    const notice = `Running on ${provider} since ${this.provider} ${what}`
    this.#notice = notice
    const { reason } = inWords(`${notice}: ${why}`, passed)
    this.#choice = { provider, reason, what: inWords(notice, passed).what, next }
    return true
  }
}

function joined(passed: readonly Passed[]): Passed {
  const all = (words: readonly string[]) => words.join('; ')
  return { why: all(passed.map(({ why }) => why)), what: all(passed.map(({ what }) => what)) }
}
