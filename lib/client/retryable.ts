import type { ErrorCode } from '../protocol/errors.ts'

// The one column of ERROR_TABLE that a page needs, without the statuses and close codes of a server, as words, which
// cost a page least. A test holds the two against each other.

/** Codes of what may succeed when it is tried again. */
export const RETRYABLE: readonly string[] =
  'hello_timeout no_credit busy rate_limited engine_loading cancelled engine_crashed engine_timeout draining too_many_sessions internal'.split(
    ' ',
  )

/** Codes of what fails again. */
const FINAL: readonly string[] =
  'not_json unknown_type invalid_message invalid_header message_too_large hello_first duplicate_seq protocol_version invalid_params unknown_params_rev steps_strength_too_small unsupported_image broken_image image_too_large unauthorized forbidden forbidden_origin not_found upgrade_required method_not_allowed model_unusable'.split(
    ' ',
  )

export function isErrorCode(code: string): code is ErrorCode {
  return RETRYABLE.includes(code) || FINAL.includes(code)
}
