// Reading a request's keys as fal's own server does: Pydantic's coercions (text for numbers, floats for whole numbers,
// booleans for numbers), null as absent. Unknown keys are never looked at.
import type { WireError } from '../../lib/protocol/errors.ts'
import { HARD_LIMITS } from '../../lib/protocol/param-limits.ts'
import { firstChars } from '../../lib/std/text.ts'
import { echo } from './validation.ts'

/** Carries a WireError out of the depths of parsing; it never leaves the parser. */
export class InputError extends Error {
  readonly error: WireError
  constructor(error: WireError) {
    super(error.message)
    this.error = error
  }
}

export function fault(field: string, value: unknown, range: string): InputError {
  const what = value === undefined ? 'is missing' : 'does not fit'
  const shown = value === undefined ? {} : { value: echo(value) }
  const message = `${field} ${what}; send ${range}`
  return new InputError({ code: 'invalid_params', message, field, ...shown, range })
}

/** The keys of a request. Every reader throws InputError for a value that fits no coercion. */
export class Fields {
  readonly #record: Readonly<Record<string, unknown>>

  constructor(record: Readonly<Record<string, unknown>>) {
    this.#record = record
  }

  value(key: string): unknown {
    return this.#record[key] ?? undefined
  }

  text(key: string): string | undefined {
    const value = this.value(key)
    if (value === undefined || typeof value === 'string') return value
    throw fault(key, value, 'text')
  }

  /** A prompt. The originals know no limit, and their encoders overlook what is too much: so is it here. */
  words(key: string): string | undefined {
    const text = this.text(key)
    return text === undefined ? undefined : cutWords(text)
  }

  number(key: string, range?: readonly [number, number]): number | undefined {
    const value = this.value(key)
    if (value === undefined) return undefined
    const number = toNumber(value)
    if (number === undefined || !Number.isFinite(number)) throw fault(key, value, rangeWords(range))
    if (range && (number < range[0] || number > range[1])) throw fault(key, value, rangeWords(range))
    return number
  }

  whole(key: string, range: readonly [number, number]): number | undefined {
    const number = this.number(key, range)
    return number === undefined ? undefined : Math.trunc(number)
  }

  flag(key: string): boolean | undefined {
    const value = this.value(key)
    if (value === undefined || typeof value === 'boolean') return value
    if (value === 1 || value === 0) return value === 1
    const word = typeof value === 'string' ? value.trim().toLowerCase() : ''
    if (['true', '1', 'yes', 'on'].includes(word)) return true
    if (['false', '0', 'no', 'off'].includes(word)) return false
    throw fault(key, value, 'true or false')
  }
}

/** As much of a prompt as is looked at: a copy where it is a part, which would keep the whole of it in memory. */
export function cutWords(text: string): string {
  const cut = firstChars(text, HARD_LIMITS.promptChars)
  return cut.length === text.length ? text : Buffer.from(cut, 'utf16le').toString('utf16le')
}

function toNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean' || typeof value === 'bigint') return Number(value)
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : undefined
}

function rangeWords(range: readonly [number, number] | undefined): string {
  if (!range) return 'a number'
  return range[1] === Infinity
    ? `a number of at least ${range[0]}`
    : `a number from ${range[0]} to ${range[1]}`
}
