import * as v from 'valibot'
import { TimingsSchema } from '../../protocol/control.ts'
import { sniffCodec } from '../../protocol/image-bytes.ts'
import { messageOf } from '../../std/errors.ts'
import { fromDataUri, toDataUri } from '../data-uri.ts'
import type { FrameEnd, Link, LinkOptions, Sent, Sketch } from './link.ts'

const Answer = v.object({
  images: v.tuple([v.object({ url: v.string(), timings_ms: TimingsSchema })]),
})
const Refusal = v.object({ message: v.string() })

/** One request a frame, the next one when it is answered: HTTP with base64, as hosted services have it. */
export function openRestLink(options: LinkOptions): Link {
  const stop = new AbortController()
  let seq = 0
  return {
    window: 1,
    lost: false,
    waitMs: () => 0,
    snapshotTook: () => undefined,
    send: async (sketch): Promise<Sent> => {
      const body = await pack(sketch, options)
      const sentAtMs = options.env.clock.now()
      const end = ask(body, options, stop.signal)
      return { seq: ++seq, sentAtMs, bytes: body.length, end }
    },
    close: () => stop.abort(),
  }
}

async function pack(sketch: Sketch, { params }: LinkOptions): Promise<string> {
  return JSON.stringify({
    prompt: params.prompt,
    image_url: await toDataUri(sketch.bytes, `image/${sketch.codec}`),
    strength: params.strength,
    seed: params.seed,
    num_inference_steps: params.steps,
    guidance_scale: params.guidanceScale,
    image_size: { width: params.width, height: params.height },
    sync_mode: true,
  })
}

async function ask(body: string, options: LinkOptions, signal: AbortSignal): Promise<FrameEnd> {
  try {
    const headers = { ...options.rest.headers, 'content-type': 'application/json' }
    const response = await fetch(options.rest.url, { method: 'POST', headers, body, signal })
    const text = await response.text()
    const receivedAtMs = options.env.clock.now()
    options.onBytes(text.length)
    const json: unknown = JSON.parse(text)
    const answer = v.safeParse(Answer, json)
    if (!answer.success) return { kind: 'failed', message: refusalOf(json, response.status) }
    const [{ url, timings_ms: timings }] = answer.output.images
    const image = fromDataUri(url)
    const codec = sniffCodec(image) ?? 'jpeg'
    return { kind: 'picture', receivedAtMs, image, codec, timings }
  } catch (error) {
    return { kind: 'failed', message: messageOf(error) }
  }
}

function refusalOf(json: unknown, status: number): string {
  const refusal = v.safeParse(Refusal, json)
  return refusal.success ? refusal.output.message : `The REST door answered ${status} with something else`
}
