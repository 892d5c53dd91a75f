import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DrawParams } from '../../lib/protocol/params.ts'
import { openNative } from './native-socket.ts'

export interface DrawOrder {
  readonly url: string
  readonly sockets: number
  readonly durationMs: number
  readonly params: DrawParams
  readonly frames: readonly Uint8Array[]
}

/** What one socket saw. */
export interface DrawFigures {
  readonly images: number
  readonly superseded: number
  readonly failed: number
  /** Frame sent to picture received, in ms. */
  readonly latencyMs: readonly number[]
}

/** tldraw needs 17 ms and more for a snapshot, so a page draws no more new pictures of a moving pen than this. */
const SNAPSHOT_EVERY_MS = 33

/**
 * Pens that never rest: each socket has a new drawing every `SNAPSHOT_EVERY_MS` and sends the newest one when it has
 * credit, for `durationMs`.
 */
export async function drawAtOnce(order: DrawOrder): Promise<DrawFigures[]> {
  return Promise.all(Array.from({ length: order.sockets }, (_, index) => drawOne(order, index)))
}

async function drawOne(order: DrawOrder, index: number): Promise<DrawFigures> {
  const { url, durationMs, params, frames } = order
  const socket = await openNative(url, { ...params, seed: index })
  const sentMs = new Map<number, number>()
  const counts = { image: 0, superseded: 0, refused: 0, failed: 0 }
  const latencyMs: number[] = []
  const untilMs = performance.now() + durationMs
  let seq = 0
  socket.onEnd((ending) => {
    const startedMs = sentMs.get(ending.seq)
    if (startedMs === undefined) return
    sentMs.delete(ending.seq)
    if (ending.atMs <= untilMs) counts[ending.kind]++
    if (ending.kind === 'image') latencyMs.push(ending.atMs - startedMs)
  })
  while (performance.now() < untilMs) {
    const jpeg = frames[seq % frames.length]
    if (jpeg && sentMs.size < socket.credit) {
      sentMs.set(++seq, performance.now())
      socket.sendBinary(seq, jpeg, params)
    }
    await sleep(SNAPSHOT_EVERY_MS)
  }
  while (sentMs.size > 0) await sleep(10)
  await socket.close()
  return {
    images: counts.image,
    superseded: counts.superseded,
    failed: counts.failed + counts.refused,
    latencyMs,
  }
}
