// What those hear whom a session, or the server, does not take up.
import type { WireError } from '../../lib/protocol/errors.ts'

export const HELLO_FIRST: WireError = {
  code: 'hello_first',
  message: 'Say hello with your protocol version first',
}

export const STOPPING: WireError = {
  code: 'draining',
  message: 'The server is stopping; reconnect in a moment.',
  retryAfterMs: 2000,
}

export const REFINE_LATER: WireError = {
  code: 'busy',
  message: 'A live frame of this session still waits; refine when it is painted',
}

export const INPUTS_FULL: WireError = {
  code: 'busy',
  message: 'The pictures of requests that wait take all the memory they may; send this one again later',
  retryAfterMs: 1000,
}

/** @param waiting requests of the same caller */
export function lineFull(waiting: number): WireError {
  const message = `${waiting} requests of yours wait already; send this one again later`
  return { code: 'busy', message, retryAfterMs: 1000 }
}

export function noCredit(limit: number): WireError {
  return { code: 'no_credit', message: `More than ${limit} frames in flight; wait for one to end` }
}

export function duplicateSeq(seq: number, lastSeq: number): WireError {
  const message = `Frame ${seq} came after frame ${lastSeq}; numbers only grow`
  const range = `${lastSeq + 1}..4294967295`
  return { code: 'duplicate_seq', message, field: 'seq', value: seq, range }
}
