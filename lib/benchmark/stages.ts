import type { Timings } from '../protocol/control.ts'
import { sum } from '../std/statistics.ts'

/** What the browser notes of one frame, in ms of its own clock. */
export interface FrameTimes {
  /** First change of the drawing that this frame is the first to show. */
  readonly penAtMs: number
  readonly snapshotAtMs: number
  /** Duration of drawing the page onto a canvas, compressing excluded. */
  readonly snapshotMs: number
  /** Handed to the socket or the request, packed. */
  readonly sentAtMs: number
  /** The whole answer is here, still packed. */
  readonly receivedAtMs: number
  readonly paintedAtMs: number
}

export interface Stage {
  readonly name: string
  readonly ms: number
}

/** Stages in the order they happen. Each U-Net step is a stage of its own: `unet 1`, `unet 2` and so on. */
export const BROWSER_STAGES: readonly string[] = ['snapshot', 'encode', 'paint']

/**
 * Where the time of one frame went, from the pen to the paint; the stages add up to exactly that.
 * @param offsetMs add to the browser's clock to get the server's; `undefined` when it is not known: then the way up
 *   and the way down are taken to be equally long.
 */
export function stagesOf(times: FrameTimes, timings: Timings, offsetMs: number | undefined): Stage[] {
  const { up, down } = ways(times, timings, offsetMs)
  const { waitMs, decodeMs, textEncodeMs, vaeEncodeMs, unetMs, vaeDecodeMs, encodeMs, previewMs, totalMs } =
    timings
  const named = [
    waitMs,
    decodeMs,
    textEncodeMs,
    vaeEncodeMs,
    ...unetMs,
    vaeDecodeMs,
    encodeMs,
    previewMs ?? 0,
  ]
  return [
    { name: 'hold', ms: times.snapshotAtMs - times.penAtMs },
    { name: 'snapshot', ms: times.snapshotMs },
    { name: 'encode', ms: times.sentAtMs - times.snapshotAtMs - times.snapshotMs },
    { name: 'up', ms: up },
    { name: 'wait', ms: waitMs },
    { name: 'decode', ms: decodeMs },
    { name: 'text', ms: textEncodeMs },
    { name: 'VAE encode', ms: vaeEncodeMs },
    ...unetMs.map((ms, index) => ({ name: `U-Net ${index + 1}`, ms })),
    ...(previewMs === undefined ? [] : [{ name: 'previews', ms: previewMs }]),
    { name: 'VAE decode', ms: vaeDecodeMs },
    { name: 'server encode', ms: encodeMs },
    { name: 'server other', ms: totalMs - sum(named) },
    { name: 'down', ms: down },
    { name: 'paint', ms: times.paintedAtMs - times.receivedAtMs },
  ]
}

/** Time of the frame outside of page and server: both ways together. */
export function networkMs(times: FrameTimes, timings: Timings): number {
  return times.receivedAtMs - times.sentAtMs - timings.totalMs
}

/** The estimate of the offset is off by up to half a round trip, so neither way may come out below zero. */
function ways(
  times: FrameTimes,
  timings: Timings,
  offsetMs: number | undefined,
): { up: number; down: number } {
  const both = networkMs(times, timings)
  const { receivedAtMs } = timings
  if (offsetMs === undefined || receivedAtMs === undefined) return { up: both / 2, down: both / 2 }
  const up = Math.min(Math.max(0, both), Math.max(0, receivedAtMs - offsetMs - times.sentAtMs))
  return { up, down: both - up }
}

/** The share of the browser in pen-to-paint: snapshot, encode and paint, 0..1. */
export function browserShare(stages: readonly Stage[]): number {
  const own = stages.filter(({ name }) => BROWSER_STAGES.includes(name))
  return sum(own.map(({ ms }) => ms)) / sum(stages.map(({ ms }) => ms))
}

/** Mean of each stage over many frames, in the order of the first frame that has most of them. */
export function meanStages(frames: readonly (readonly Stage[])[]): Stage[] {
  const longest = frames.reduce<readonly Stage[]>((a, b) => (b.length > a.length ? b : a), [])
  return longest.map(({ name }) => {
    const values = frames.flatMap((stages) => stages.filter((stage) => stage.name === name))
    return { name, ms: sum(values.map(({ ms }) => ms)) / frames.length }
  })
}
