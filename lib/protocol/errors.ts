/**
 * One table from error code to what it means on each wire: whether trying again can help, the HTTP status on the
 * REST doors, and the close code where the socket cannot stay. Anything not in the table is `internal`.
 */
export const ERROR_TABLE = {
  not_json: { retryable: false, httpStatus: 400, closeCode: undefined },
  unknown_type: { retryable: false, httpStatus: 400, closeCode: undefined },
  invalid_message: { retryable: false, httpStatus: 422, closeCode: undefined },
  invalid_header: { retryable: false, httpStatus: 400, closeCode: undefined },
  message_too_large: { retryable: false, httpStatus: 413, closeCode: undefined },
  hello_first: { retryable: false, httpStatus: 400, closeCode: undefined },
  hello_timeout: { retryable: true, httpStatus: 408, closeCode: 4008 },
  protocol_version: { retryable: false, httpStatus: 400, closeCode: 4009 },
  invalid_params: { retryable: false, httpStatus: 422, closeCode: undefined },
  unknown_params_rev: { retryable: false, httpStatus: 409, closeCode: undefined },
  steps_strength_too_small: { retryable: false, httpStatus: 422, closeCode: undefined },
  unsupported_image: { retryable: false, httpStatus: 415, closeCode: undefined },
  broken_image: { retryable: false, httpStatus: 422, closeCode: undefined },
  image_too_large: { retryable: false, httpStatus: 413, closeCode: undefined },
  duplicate_seq: { retryable: false, httpStatus: 409, closeCode: undefined },
  no_credit: { retryable: true, httpStatus: 429, closeCode: undefined },
  busy: { retryable: true, httpStatus: 429, closeCode: undefined },
  rate_limited: { retryable: true, httpStatus: 429, closeCode: undefined },
  engine_loading: { retryable: true, httpStatus: 503, closeCode: undefined },
  engine_crashed: { retryable: true, httpStatus: 503, closeCode: undefined },
  engine_timeout: { retryable: true, httpStatus: 504, closeCode: undefined },
  cancelled: { retryable: true, httpStatus: 499, closeCode: undefined },
  draining: { retryable: true, httpStatus: 503, closeCode: 1012 },
  unauthorized: { retryable: false, httpStatus: 401, closeCode: 4001 },
  forbidden: { retryable: false, httpStatus: 403, closeCode: 4003 },
  forbidden_origin: { retryable: false, httpStatus: 403, closeCode: undefined },
  not_found: { retryable: false, httpStatus: 404, closeCode: undefined },
  upgrade_required: { retryable: false, httpStatus: 426, closeCode: undefined },
  method_not_allowed: { retryable: false, httpStatus: 405, closeCode: undefined },
  too_many_sessions: { retryable: true, httpStatus: 503, closeCode: 1013 },
  model_unusable: { retryable: false, httpStatus: 422, closeCode: undefined },
  internal: { retryable: true, httpStatus: 500, closeCode: undefined },
} as const satisfies Record<string, { retryable: boolean; httpStatus: number; closeCode: number | undefined }>

export type ErrorCode = keyof typeof ERROR_TABLE

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_TABLE, code)
}

/** What every error says on the wire: what, where (`field`, `value`, `range`) and the remedy (in `message`). */
export interface WireError {
  readonly code: ErrorCode
  readonly message: string
  readonly field?: string
  readonly value?: unknown
  readonly range?: string
  readonly retryAfterMs?: number
}
