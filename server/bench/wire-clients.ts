import { performance } from 'node:perf_hooks'
import * as v from 'valibot'
import { assert } from '../../lib/std/assert.ts'
import type { DrawParams } from '../../lib/protocol/params.ts'
import { type Ending, type NativeSocket, openNative } from './native-socket.ts'

export interface WireOrder {
  readonly url: string
  readonly rounds: number
  readonly params: DrawParams
  readonly frames: readonly Uint8Array[]
}

/** One request on one wire. */
export interface WireFigures {
  readonly wire: 'rest-base64' | 'socket-json' | 'socket-binary'
  readonly bytesUp: number
  readonly bytesDown: number
  readonly latencyMs: number
  /** Latency less the time inside the engine: what the wire and the gateway cost. */
  readonly aroundMs: number
}

/** The same drawing over three wires in turn, one request at a time, so that a drifting machine touches all alike. */
export async function compareWires(order: WireOrder): Promise<WireFigures[]> {
  const socket = await openNative(order.url, order.params)
  const figures: WireFigures[] = []
  let seq = 0
  for (let round = 0; round < order.rounds; round++) {
    const jpeg = order.frames[round % order.frames.length]
    assert(jpeg, 'a scripted drawing has frames')
    figures.push(await overRest(order, jpeg))
    figures.push(await overSocket(socket, 'socket-json', () => socket.sendJson(++seq, jpeg)))
    figures.push(
      await overSocket(socket, 'socket-binary', () => socket.sendBinary(++seq, jpeg, order.params)),
    )
  }
  await socket.close()
  return figures
}

async function overSocket(
  socket: NativeSocket,
  wire: WireFigures['wire'],
  send: () => number,
): Promise<WireFigures> {
  const startedMs = performance.now()
  const ended = new Promise<Ending>((resolve) => socket.onEnd(resolve))
  const bytesUp = send()
  const ending = await ended
  assert(ending.kind === 'image', `a lone frame ended as ${ending.kind}`)
  const latencyMs = ending.atMs - startedMs
  return { wire, bytesUp, bytesDown: ending.bytes, latencyMs, aroundMs: latencyMs - ending.engineMs }
}

const RestAnswer = v.object({ timings: v.object({ inference: v.number() }) })

async function overRest({ url, params }: WireOrder, jpeg: Uint8Array): Promise<WireFigures> {
  const startedMs = performance.now()
  const body = JSON.stringify({
    prompt: params.prompt,
    image_url: `data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}`,
    strength: params.strength,
    seed: params.seed,
    num_inference_steps: params.steps,
    guidance_scale: params.guidanceScale,
    sync_mode: true,
  })
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${url}/fal-ai/lcm-sd15-i2i`, { method: 'POST', headers, body })
  const text = await response.text()
  assert(response.ok, `REST answered ${response.status}: ${text.slice(0, 200)}`)
  const { timings } = v.parse(RestAnswer, JSON.parse(text))
  const latencyMs = performance.now() - startedMs
  const aroundMs = latencyMs - timings.inference * 1000
  return { wire: 'rest-base64', bytesUp: body.length, bytesDown: text.length, latencyMs, aroundMs }
}
