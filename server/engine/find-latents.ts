// Where a picture's latents are between its steps: on the device, or back with the loop. Which is faster depends on the
// device and its driver, so it is found out by painting the same picture both ways.
import { isLinear } from '../../lib/lcm/step.ts'
import { messageOf } from '../../lib/std/errors.ts'
import { spread } from '../../lib/std/statistics.ts'
import type { OnnxModels } from './onnx/models.ts'
import { errorOf } from './precision.ts'
import { rehearsalOf, type Rehearsal, type Stage } from './rehearsal.ts'
import type { LatentsChoice, Trial } from './slot-protocol.ts'

export interface FoundLatents {
  /** On the device, while nobody else needs them. */
  readonly stay: boolean
  /** Why, in words; `undefined` where it was no question. */
  readonly reason: string | undefined
}

export const LATENTS_BACK: FoundLatents = { stay: false, reason: undefined }

export interface HowToFind {
  /** Nothing: not asked for, so they come back. */
  readonly choice: LatentsChoice | undefined
  /** Told, and waited for, before the first picture whose latents stay: it may be the last thing this process does. */
  readonly onTrial: (trial: Trial) => Promise<void>
}

/** @throws what the model throws when its latents come back, or, where 'device' is asked for, when they stay. */
export async function findLatents(
  stage: LatentsStage,
  { choice, onTrial }: HowToFind,
): Promise<FoundLatents> {
  if (choice === undefined || choice === 'host') return LATENTS_BACK
  await onTrial('latents')
  const found = choice === 'device' ? await staying(stage) : await measured(stage)
  await onTrial(1)
  return found
}

export type LatentsStage = Stage & { readonly models: OnnxModels }

async function staying(stage: LatentsStage): Promise<FoundLatents> {
  const cannot = await whyNot(stage)
  if (cannot !== undefined) return backBecause(cannot)
  await rehearsals(stage).device()
  return { stay: true, reason: 'latents stay on the device, as was asked for' }
}

async function measured(stage: LatentsStage): Promise<FoundLatents> {
  const cannot = await whyNot(stage).catch(messageOf)
  if (cannot !== undefined) return backBecause(cannot)
  return compareLatents({ ...rehearsals(stage), nowMs: () => performance.now() })
}

async function whyNot({ models, manifest, schedule }: LatentsStage): Promise<string | undefined> {
  if (!isLinear(schedule)) return 'a step of this scheduler is no sum'
  const place = await models.hold?.(manifest.defaults)
  place?.release()
  return place === undefined ? 'the U-Net takes or gives float16' : undefined
}

function rehearsals(stage: LatentsStage): Omit<Contest, 'nowMs'> {
  const { steps: usual, guidanceScale: scale } = stage.manifest.defaults
  // A single step holds nothing, nor do two passes of guidance.
  const steps = Math.max(2, usual)
  const guidanceScale = stage.models.negative === undefined ? scale : 1
  const holding = { mayStay: () => true, onStep: () => undefined }
  const host = rehearsalOf(stage, { steps, guidanceScale })
  return { steps, host, device: rehearsalOf(stage, { steps, guidanceScale, holding }) }
}

export interface Contest {
  readonly host: Rehearsal
  readonly device: Rehearsal
  /** Of the picture: for the words. */
  readonly steps: number
  readonly nowMs: () => number
}

/**
 * A picture that takes longer (ms) has steps that hide any wait; that it is cancelled between two of them is worth more, and
 * trying it would take long.
 */
const LONG_MS = 1_000
/** Timed pictures each way: as many as there is time for. */
const ROUNDS = { least: 5, most: 15, patienceMs: 3_000 } as const
/** Below this, the difference is within what a machine varies by. */
const WORTH = 1.03
/** See `errorOf`. Float16 inside of a U-Net makes little differences larger; latents of another step or picture give 1. */
const MOST_ERROR = 0.03

/** On the device where that gives the same picture, nearly, and is faster. */
export async function compareLatents(contest: Contest): Promise<FoundLatents> {
  const { host, device, steps, nowMs } = contest
  const startedMs = nowMs()
  const expected = await host()
  const tookMs = nowMs() - startedMs
  if (tookMs > LONG_MS)
    return backBecause(`a picture takes ${tookMs.toFixed(0)} ms, and a wait next to nothing`)
  const found = await device().catch((error: unknown) => messageOf(error))
  if (typeof found === 'string') {
    // Does the device live?
    await host()
    return backBecause(`on the device a picture failed (${found})`)
  }
  const error = errorOf(expected.at(-1) ?? [], found.at(-1) ?? [])
  // A NaN must not pass.
  if (!(error <= MOST_ERROR))
    return backBecause(`on the device the picture was another one, off by ${error.toFixed(2)}`)
  const { hostMs, deviceMs } = await medians(contest)
  const times = `${steps} steps: ${deviceMs.toFixed(1)} ms, and ${hostMs.toFixed(1)} ms where they come back`
  return hostMs / deviceMs >= WORTH
    ? { stay: true, reason: `latents stay on the device between steps (${times})` }
    : backBecause(`on the device is no gain (${times})`)
}

async function medians({ host, device, nowMs }: Contest): Promise<{ hostMs: number; deviceMs: number }> {
  const timed = async (run: Rehearsal) => {
    const startedMs = nowMs()
    await run()
    return nowMs() - startedMs
  }
  const hostMs: number[] = []
  const deviceMs: number[] = []
  const beganMs = nowMs()
  // In turn, so that a machine that slows down meanwhile does so for both.
  for (let round = 0; round < ROUNDS.most; round++) {
    if (round >= ROUNDS.least && nowMs() - beganMs > ROUNDS.patienceMs) break
    hostMs.push(await timed(host))
    deviceMs.push(await timed(device))
  }
  return { hostMs: spread(hostMs).p50, deviceMs: spread(deviceMs).p50 }
}

function backBecause(why: string): FoundLatents {
  return { stay: false, reason: `latents come back after every step: ${why}` }
}
