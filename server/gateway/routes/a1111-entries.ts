// What all doors of AUTOMATIC1111's API have in common.
import { a1111Error, a1111Status } from '../../compat/a1111.ts'
import { parseJson } from '../../compat/validation.ts'
import type { WireError } from '../../../lib/protocol/errors.ts'
import { COMPAT_MESSAGE_LIMIT_BYTES } from '../../../lib/protocol/version.ts'
import type { Reply } from '../host.ts'
import { json } from '../replies.ts'
import type { HandlerRouteEntry } from '../route.ts'

type Handle = HandlerRouteEntry['handle']

/** Bodies that nobody reads, and those of few words. */
const FEW_BYTES = 64 * 1024

const COMMON = { auth: 'key', cors: 'with-credentials', refuse: refuseA1111 } as const

export function get(path: string, handle: Handle): HandlerRouteEntry {
  return { ...COMMON, path, method: 'GET', bodyLimitBytes: FEW_BYTES, handle }
}

export function post(
  path: string,
  handle: Handle,
  bodyLimitBytes = COMPAT_MESSAGE_LIMIT_BYTES,
): HandlerRouteEntry {
  return { ...COMMON, path, method: 'POST', bodyLimitBytes, handle }
}

/** A POST that carries no picture. */
export function postWords(path: string, handle: Handle): HandlerRouteEntry {
  return post(path, handle, FEW_BYTES)
}

/**
 * Each with a slash at its end, too: FastAPI redirects `/x/` to `/x`, which clients know and follow. No redirect here,
 * because browsers follow none in answer to a preflight.
 */
export function inBothSpellings(entries: readonly HandlerRouteEntry[]): HandlerRouteEntry[] {
  return entries.flatMap((entry) => [entry, { ...entry, path: `${entry.path}/` }])
}

export function refuseA1111(error: WireError): Reply {
  return json(a1111Status(error), a1111Error(error))
}

/** The JSON of a body; `undefined` where it is none. */
export function bodyOf(body: Uint8Array): unknown {
  const parsed = parseJson(new TextDecoder().decode(body))
  return parsed.ok ? parsed.value : undefined
}
