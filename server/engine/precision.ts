// Which of a model's two sets of graphs runs here. Quantised ones are not faster on every CPU, and on one without VNNI
// their sums of products may saturate: both are found out by running them, never guessed from the CPU's name.
import type { Rehearsal } from './rehearsal.ts'

export type Precision = 'float32' | 'int8'
export type PrecisionChoice = Precision | 'auto'

export interface FoundPrecision {
  readonly name: Precision
  /** Why, in words. */
  readonly reason: string
}

export interface Contest {
  readonly float32: Rehearsal
  readonly int8: Rehearsal
  /** Most that an output may be off, see `errorOf`. */
  readonly maxError: number
  readonly nowMs: () => number
}

/** Timed runs of each; the least of them counts, because what disturbs a run only ever makes it longer. */
const ROUNDS = 3
/** As many where the first ones leave it open. */
const MOST_ROUNDS = 6
/** Below this, the difference is within what a machine varies by. */
const WORTH = 1.05
/** Between these, a busy moment may have decided. */
const OPEN = { least: 0.8, most: 1.3 } as const

/** Runs both: int8 where it gives the same numbers, nearly, and is faster. */
export async function comparePrecisions(contest: Contest): Promise<FoundPrecision> {
  const { float32, int8, maxError } = contest
  const expected = await float32()
  const found = await int8()
  const error = Math.max(...expected.map((values, index) => errorOf(values, found[index] ?? [])))
  // A NaN must not pass.
  if (!(error <= maxError)) {
    const reason = `int8 is off by ${percent(error)} on this CPU, at most ${percent(maxError)} is right`
    return { name: 'float32', reason }
  }
  const ratio = await speedUp(contest)
  const times = `${ratio.toFixed(2)} times as fast as float32 on this CPU, off by ${percent(error)}`
  return ratio >= WORTH
    ? { name: 'int8', reason: `int8 is ${times}` }
    : { name: 'float32', reason: `int8 is no gain: ${times}` }
}

async function speedUp({ float32, int8, nowMs }: Contest): Promise<number> {
  const leastMs = { float32: Infinity, int8: Infinity }
  const time = async (name: Precision, run: Rehearsal) => {
    const startedMs = nowMs()
    await run()
    leastMs[name] = Math.min(leastMs[name], nowMs() - startedMs)
  }
  const ratio = () => leastMs.float32 / leastMs.int8
  const isOpen = () => ratio() > OPEN.least && ratio() < OPEN.most
  // In turn, so that a machine that slows down meanwhile does so for both.
  for (let round = 0; round < ROUNDS || (round < MOST_ROUNDS && isOpen()); round++) {
    await time('float32', float32)
    await time('int8', int8)
  }
  return ratio()
}

/** Root of the mean squared difference over the standard deviation of what is expected: 0 is the same, 1 is nonsense. */
export function errorOf(expected: ArrayLike<number>, found: ArrayLike<number>): number {
  const count = expected.length
  if (count === 0 || found.length !== count) return Number.NaN
  let sum = 0
  let squares = 0
  let errors = 0
  for (let i = 0; i < count; i++) {
    const value = expected[i] ?? 0
    sum += value
    squares += value ** 2
    errors += (value - (found[i] ?? Number.NaN)) ** 2
  }
  return Math.sqrt(errors / Math.max(squares - sum ** 2 / count, Number.EPSILON))
}

const percent = (part: number): string => `${(part * 100).toFixed(1)} %`
