/** An error this project raises on purpose. `code` is what programs read, `message` what people read. */
export class AppError extends Error {
  override readonly name: string = 'AppError'
  readonly code: string
  /** Name of the offending field, when there is one. */
  readonly field: string | undefined

  constructor(code: string, message: string, options: { field?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.field = options.field
  }
}

/** The words of any thrown value, for log lines and messages. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
