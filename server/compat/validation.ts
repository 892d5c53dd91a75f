import type * as v from 'valibot'
import type { ErrorCode, WireError } from '../../lib/protocol/errors.ts'
import { HARD_LIMITS } from '../../lib/protocol/param-limits.ts'
import { shortened } from '../../lib/std/text.ts'
import { jsonShapeProblem } from './json-shape.ts'

const MAX_ECHO_CHARS = 80

/** The offending value, short enough to send back and never an object's whole contents. */
export function echo(value: unknown): unknown {
  if (typeof value === 'string') return shortened(value, MAX_ECHO_CHARS)
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value === 'boolean' || value === null || value === undefined) return value
  return Array.isArray(value) ? 'a list' : 'an object'
}

const RANGES: Readonly<Record<string, string>> = {
  prompt: `0..${HARD_LIMITS.promptChars} characters`,
  negativePrompt: `0..${HARD_LIMITS.promptChars} characters`,
  strength: HARD_LIMITS.strength.join('..'),
  seed: HARD_LIMITS.seed.join('..'),
  steps: HARD_LIMITS.steps.join('..'),
  guidanceScale: HARD_LIMITS.guidanceScale.join('..'),
  width: HARD_LIMITS.side.join('..'),
  height: HARD_LIMITS.side.join('..'),
}

type AnyIssue = v.BaseIssue<unknown>

/** The first thing wrong with a message: field, value, range and remedy (SPEC E2). */
export function issueToError(issue: AnyIssue, code: ErrorCode): WireError {
  const path = (issue.path ?? []).map((item) => String(item.key))
  const field = path.join('.')
  const range = RANGES[path.at(-1) ?? ''] ?? issue.expected ?? undefined
  const missing = issue.input === undefined
  const message =
    missing && field ? `${field} is missing` : field ? `${field}: ${issue.message}` : issue.message
  return {
    code,
    message,
    ...(field ? { field } : {}),
    ...(missing ? {} : { value: echo(issue.input) }),
    ...(range === undefined ? {} : { range }),
  }
}

export type ParsedJson =
  | { readonly ok: true; readonly value: unknown }
  /** `message` completes "the message ...". */
  | { readonly ok: false; readonly message: string }

/** Parses what is worth parsing; never throws, and never takes long (json-shape.ts). */
export function parseJson(text: string): ParsedJson {
  const problem = jsonShapeProblem(text)
  if (problem !== undefined) return { ok: false, message: problem }
  try {
    const value: unknown = JSON.parse(text)
    return { ok: true, value }
  } catch {
    return { ok: false, message: 'is not JSON' }
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
