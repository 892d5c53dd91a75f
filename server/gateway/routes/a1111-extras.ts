// `extra-single-image` and `extra-batch-images`: pictures are resampled in a process of their own, one at a time.
import { A1111_PICTURE_LIMIT_BYTES } from '../../compat/a1111.ts'
import { extrasBody, parseExtras } from '../../compat/a1111-extras.ts'
import { EngineError } from '../../engine/engine.ts'
import { resample } from '../../engine/resample/resample.ts'
import { lineFull } from '../../session/refusals.ts'
import type { WireError } from '../../../lib/protocol/errors.ts'
import type { Reply } from '../host.ts'
import { json, withRetryAfter } from '../replies.ts'
import type { HandlerRouteEntry, RoutedRequest } from '../route.ts'
import type { Bodies } from './a1111-bodies.ts'
import { bodyOf, post, refuseA1111 } from './a1111-entries.ts'

/** Requests that wait or run. */
const MAX_OF_CALLER = 4
const MAX = 16

export function extrasRoutes(bodies: Bodies): HandlerRouteEntry[] {
  const line = new Line()
  const entry = (path: string, kind: 'single' | 'batch') => {
    const handle = (request: RoutedRequest) => bodies.hold(request, () => extras(kind, request, line))
    return post(path, handle, A1111_PICTURE_LIMIT_BYTES)
  }
  return [entry('/sdapi/v1/extra-single-image', 'single'), entry('/sdapi/v1/extra-batch-images', 'batch')]
}

async function extras(
  kind: 'single' | 'batch',
  { identity, body, signal }: RoutedRequest,
  line: Line,
): Promise<Reply> {
  const full = line.enter(identity.caller)
  if (full) return withRetryAfter(refuseA1111(full), full)
  try {
    // Read when its turn comes: until then there is but the body.
    return await line.take(() => resampled(kind, body, signal))
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    return refuseA1111({ code: error.code, message: error.message, ...error.place })
  } finally {
    line.leave(identity.caller)
  }
}

async function resampled(kind: 'single' | 'batch', body: Uint8Array, signal: AbortSignal): Promise<Reply> {
  const parsed = parseExtras(bodyOf(body), kind)
  if (!parsed.ok) return refuseA1111(parsed.error)
  const pictures: Uint8Array[] = []
  for (const extra of parsed.extras) pictures.push(await resample(extra, { signal }))
  return json(200, extrasBody(pictures, { kind, note: parsed.note }))
}

/** One request after the other; each holds its pictures while it waits. */
class Line {
  readonly #ofCallers = new Map<string, number>()
  #count = 0
  #last: Promise<unknown> = Promise.resolve()

  /** Every one that was let in leaves. */
  enter(caller: string): WireError | undefined {
    const own = this.#ofCallers.get(caller) ?? 0
    if (own >= MAX_OF_CALLER || this.#count >= MAX) return lineFull(own)
    this.#ofCallers.set(caller, own + 1)
    this.#count += 1
    return undefined
  }

  leave(caller: string): void {
    const own = (this.#ofCallers.get(caller) ?? 1) - 1
    this.#count -= 1
    if (own > 0) this.#ofCallers.set(caller, own)
    else this.#ofCallers.delete(caller)
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => undefined)
    return await done
  }
}
