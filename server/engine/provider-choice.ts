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
  /** What may be fallen back to, in order; whether it works shows when it is probed, as this one was. */
  readonly next: readonly Candidate[]
}

/** Runs small graphs on a provider, in a process of its own. @param againstCpu whether it is timed against the CPU. */
export type Probe = (provider: string, againstCpu: boolean) => Promise<Probed>

/** Why a provider was passed over, as in `ProviderChoice`. */
export interface Passed {
  readonly why: string
  readonly what: string
}

/** Why a candidate cannot be taken; `undefined` where nothing speaks against it. */
export type Objection = (candidate: Candidate) => Promise<Passed | undefined>

export interface Found {
  /** `undefined` when none is left. */
  readonly provider: string | undefined
  readonly passed: readonly Passed[]
  readonly next: readonly Candidate[]
}

/** The first candidate that nothing speaks against; those after it are not asked about. */
export async function firstThatWorks(
  candidates: readonly Candidate[],
  objectionTo: Objection,
): Promise<Found> {
  const passed: Passed[] = []
  for (const [i, candidate] of candidates.entries()) {
    const objection = await objectionTo(candidate)
    if (objection === undefined)
      return { provider: candidate.provider, passed, next: candidates.slice(i + 1) }
    passed.push(objection)
  }
  return { provider: undefined, passed, next: [] }
}

/**
 * The first candidate that lacks nothing, passes its probe and is not slower than cpu, which is not probed. With nothing
 * to try this takes no time at all.
 */
export async function chooseProvider(
  candidates: readonly Candidate[],
  probe: Probe,
): Promise<ProviderChoice> {
  const found = await firstThatWorks(candidates, probed(probe))
  const { provider = 'cpu', passed, next } = found
  const words =
    found.provider === undefined
      ? 'cpu is all there is'
      : `${provider} is the fastest provider that works here`
  return { provider, ...inWords(words, passed), next: next.filter(({ lacks }) => lacks === undefined) }
}

const FAILED = 'it failed when it was tried ("npm run gpu:doctor" says why)'

/** What a candidate lacks, or its probe finds. */
export function probed(probe: Probe): Objection {
  return (candidate) => objectionTo(candidate, probe)
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

/** What was chosen, and why the ones before it were not. */
export function inWords(chosen: string, passed: readonly Passed[]): Pick<ProviderChoice, 'reason' | 'what'> {
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
