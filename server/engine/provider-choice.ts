import type { Clock } from '../../lib/std/clock.ts'
import { AppError } from '../../lib/std/errors.ts'
import type { Candidate } from './providers.ts'
import type { Probed } from './slot-protocol.ts'

/** Let the engine look for the fastest that works. */
export const AUTO = 'auto'

export interface ProviderChoice {
  readonly provider: string
  /** Why this one, in words: for the log, and for whoever has this machine before them. */
  readonly reason: string
  /** The same for everybody, without what drivers and libraries said, which may hold paths of this machine (SPEC E2). */
  readonly what: string
  /** What to fall back to, in order. */
  readonly next: readonly string[]
}

/** Runs small graphs on a provider, in a process of its own. @param againstCpu whether it is timed against the CPU. */
export type Probe = (provider: string, againstCpu: boolean) => Promise<Probed>

/**
 * The first candidate that lacks nothing, passes its probe and is not slower than cpu, which is not probed. With nothing
 * to try this takes no time at all.
 */
export async function chooseProvider(
  candidates: readonly Candidate[],
  probe: Probe,
): Promise<ProviderChoice> {
  const passed: Passed[] = []
  for (const [i, candidate] of candidates.entries()) {
    const { provider } = candidate
    const objection = await objectionTo(candidate, probe)
    if (objection !== undefined) {
      passed.push(objection)
      continue
    }
    // What is in doubt and was not probed is nothing to fall back to.
    const next = candidates.slice(i + 1).filter((one) => one.lacks === undefined && one.doubt === undefined)
    const best = `${provider} is the fastest provider that works here`
    return { provider, ...inWords(best, passed), next: next.map((one) => one.provider) }
  }
  return { provider: 'cpu', ...inWords('cpu is all there is', passed), next: [] }
}

const FAILED = 'it failed when it was tried ("npm run gpu:doctor" says why)'

/** Why a candidate was passed over, as in `ProviderChoice`. */
interface Passed {
  readonly why: string
  readonly what: string
}

async function objectionTo({ provider, lacks, doubt }: Candidate, probe: Probe): Promise<Passed | undefined> {
  const inFull = (words: string) => `${provider}: ${words}${doubt === undefined ? '' : ` (${doubt})`}`
  if (lacks !== undefined) return { why: inFull(lacks), what: inFull(lacks) }
  if (provider === 'cpu') return undefined
  const { problem, slow } = await probe(provider, true)
  if (problem !== undefined) return { why: inFull(problem), what: inFull(FAILED) }
  // It ran, so nothing is in doubt.
  const words = `${provider}: ${slow}`
  return slow === undefined ? undefined : { why: words, what: words }
}

function inWords(chosen: string, passed: readonly Passed[]): Pick<ProviderChoice, 'reason' | 'what'> {
  const after = (words: readonly string[]) => (words.length === 0 ? chosen : `${chosen}; ${words.join(', ')}`)
  return { reason: after(passed.map(({ why }) => why)), what: after(passed.map(({ what }) => what)) }
}

/**
 * A provider somebody asked for, and no other.
 * @throws AppError `provider_unavailable`, saying why it cannot be had.
 */
export async function forceProvider(provider: string, probe: Probe): Promise<ProviderChoice> {
  // Whoever asks for one by name may have a slow one.
  const { problem } = provider === 'cpu' ? { problem: undefined } : await probe(provider, false)
  if (problem === undefined) return { provider, ...inWords(`${provider} was asked for`, []), next: [] }
  const remedy = '"npm run gpu:doctor" tells what is missing; or leave out --provider and SKETCHWIRE_PROVIDER'
  throw new AppError('provider_unavailable', `Provider ${provider} cannot be had here: ${problem}; ${remedy}`)
}

const FAILURES = 3
const WINDOW_MS = 60_000

/** Why a provider cannot take over now, in words; `undefined` where nothing speaks against it. */
export type Objection = (provider: string) => string | undefined

/** Where the engine runs now, and how far it has had to climb down. */
export class ProviderLadder {
  #choice: ProviderChoice
  readonly #clock: Clock
  readonly #objection: Objection
  /** Times of the failures of the last minute. */
  #failures: number[] = []
  /** Failures since a job was last done: a model of gigabytes loads longer than a minute, a hang lasts longer. */
  #inRow = 0
  #notice: string | undefined
  #refused: string | undefined

  constructor(choice: ProviderChoice, clock: Clock, objection: Objection = () => undefined) {
    this.#choice = choice
    this.#clock = clock
    this.#objection = objection
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

  /** Why providers were passed over when one was last needed; for the log. */
  get refused(): string | undefined {
    return this.#refused
  }

  /**
   * Counts a failure at run time; true when it was the third in a minute, or the third without a job done between, and
   * there is another provider now.
   * @param isHang a job that took too long: one may be a large one, three in a row are not.
   */
  failed(why: string, { isHang = false } = {}): boolean {
    const now = this.#clock.now()
    this.#inRow += 1
    this.#refused = undefined
    this.#failures = [...this.#failures.filter((at) => now - at < WINDOW_MS), ...(isHang ? [] : [now])]
    if (this.#failures.length >= FAILURES) return this.fall(`failed ${FAILURES} times in a minute`, why)
    return this.#inRow >= FAILURES && this.fall(`failed ${FAILURES} times in a row`, why)
  }

  /** A job is done: the device does work. */
  worked(): void {
    this.#inRow = 0
  }

  /** To the next provider that can take over, if there is one. `what` goes to clients, `why` is for the log. */
  fall(what: string, why: string): boolean {
    const { next } = this.#choice
    const objections = next.map((provider) => this.#objection(provider))
    const index = objections.indexOf(undefined)
    const refused = objections.slice(0, index < 0 ? undefined : index).filter((one) => one !== undefined)
    this.#refused = refused.length === 0 ? undefined : refused.join('; ')
    const provider = next[index]
    if (provider === undefined) return false
    this.#failures = []
    this.#inRow = 0
    const notice = `Running on ${provider} since ${this.provider} ${what}`
    this.#notice = notice
    this.#choice = { provider, reason: `${notice}: ${why}`, what: notice, next: next.slice(index + 1) }
    return true
  }
}
