import { ERROR_TABLE } from '../../lib/protocol/errors.ts'
import type { WireError } from '../../lib/protocol/errors.ts'
import type { Reply } from './host.ts'

export function json(status: number, body: unknown): Reply {
  const headers = {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  }
  return { status, headers, body: JSON.stringify(body) }
}

/** Beside our own words those of fal, whose clients show `message`. */
export function jsonError(error: WireError): Reply {
  const { code, message } = error
  return withRetryAfter(json(ERROR_TABLE[code].httpStatus, { error, detail: message, message }), error)
}

/** Where the error says how long to wait, the reply says so in seconds. */
export function withRetryAfter(reply: Reply, { retryAfterMs }: WireError): Reply {
  if (retryAfterMs === undefined) return reply
  return { ...reply, headers: { ...reply.headers, 'retry-after': String(Math.ceil(retryAfterMs / 1000)) } }
}

export function text(status: number, body: string): Reply {
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    body,
  }
}
