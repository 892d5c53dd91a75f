/** Where an error lies: the field, what was found there, and what would have done. */
export interface ErrorPlace {
  readonly field?: string
  /** A number, a short text or a boolean: it goes over the wire as it is. */
  readonly value?: unknown
  readonly range?: string
}

/** An error this project raises on purpose. `code` is what programs read, `message` what people read. */
export class AppError extends Error {
  override readonly name: string = 'AppError'
  readonly code: string
  readonly place: ErrorPlace

  constructor(code: string, message: string, options: ErrorPlace & { cause?: unknown } = {}) {
    const { cause, ...place } = options
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.place = place
  }

  /** Name of the offending field, when there is one. */
  get field(): string | undefined {
    return this.place.field
  }
}

/** The words of any thrown value, for log lines and messages. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
