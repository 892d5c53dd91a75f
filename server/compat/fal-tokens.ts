// What fal's two token endpoints take and give. The token itself is opaque to every client.
import * as v from 'valibot'
import type { WireError } from '../../lib/protocol/errors.ts'
import { issueToError, parseJson } from './validation.ts'

export interface FalTokenRequest {
  /** Aliases or whole ids, as the client wrote them; empty: every app. */
  readonly apps: readonly string[]
  readonly seconds: number
}

const DEFAULT_SECONDS = 120
/** fal-swift asks for 300, fal's own documents for 120; a day is far beyond what a drawing needs. */
const seconds = v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(86_400)), DEFAULT_SECONDS)
const apps = v.optional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(200))), v.maxLength(50)), [])

/** `/tokens/` and `/tokens/realtime` in one: each endpoint's own names, all of them optional. */
const TokenBody = v.object({
  allowed_apps: apps,
  app: v.optional(v.pipe(v.string(), v.maxLength(200))),
  token_expiration: seconds,
  duration: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(86_400))),
})

export function parseTokenRequest(
  body: Uint8Array,
):
  | { readonly ok: true; readonly request: FalTokenRequest }
  | { readonly ok: false; readonly error: WireError } {
  const text = new TextDecoder().decode(body)
  const json = parseJson(text === '' ? '{}' : text)
  if (!json.ok) return { ok: false, error: { code: 'not_json', message: 'The body must be JSON' } }
  const parsed = v.safeParse(TokenBody, json.value)
  if (!parsed.success) return { ok: false, error: issueToError(parsed.issues[0], 'invalid_params') }
  const { allowed_apps, app, duration, token_expiration } = parsed.output
  return {
    ok: true,
    request: {
      apps: app === undefined ? allowed_apps : [app, ...allowed_apps],
      seconds: duration ?? token_expiration,
    },
  }
}

/** `/tokens/` answers a bare JSON string, `/tokens/realtime` an object. */
export function tokenBody(token: string, endpoint: 'tokens' | 'realtime'): unknown {
  return endpoint === 'tokens' ? token : { token }
}
