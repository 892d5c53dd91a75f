import type { ERROR_TABLE, ErrorCode } from '../protocol/errors.ts'

/**
 * The one column of ERROR_TABLE that a page needs, without the statuses and close codes of a server. The type is the
 * table's own: a code that is missing here, or another value, does not compile.
 */
export const RETRYABLE: { readonly [C in ErrorCode]: (typeof ERROR_TABLE)[C]['retryable'] } = {
  not_json: false,
  unknown_type: false,
  invalid_message: false,
  invalid_header: false,
  message_too_large: false,
  hello_first: false,
  hello_timeout: true,
  protocol_version: false,
  invalid_params: false,
  unknown_params_rev: false,
  steps_strength_too_small: false,
  unsupported_image: false,
  broken_image: false,
  image_too_large: false,
  duplicate_seq: false,
  no_credit: true,
  busy: true,
  rate_limited: true,
  engine_loading: true,
  engine_crashed: true,
  engine_timeout: true,
  cancelled: true,
  draining: true,
  unauthorized: false,
  forbidden: false,
  forbidden_origin: false,
  not_found: false,
  upgrade_required: false,
  method_not_allowed: false,
  too_many_sessions: true,
  model_unusable: false,
  internal: true,
}

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(RETRYABLE, code)
}
