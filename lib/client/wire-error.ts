import type { WireError } from '../protocol/errors.ts'
import { isErrorCode } from './retryable.ts'

/** The error fields of a server message; a code this page does not know becomes `internal`. */
export function wireErrorOf(fields: {
  readonly code: string
  readonly message: string
  readonly field?: string | undefined
  readonly value?: unknown
  readonly range?: string | undefined
  readonly retryAfterMs?: number | undefined
}): WireError {
  const { code, message, field, value, range, retryAfterMs } = fields
  return {
    code: isErrorCode(code) ? code : 'internal',
    message,
    ...(field !== undefined && { field }),
    ...(value !== undefined && { value }),
    ...(range !== undefined && { range }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  }
}
