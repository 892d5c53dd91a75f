import { AppError, messageOf } from '../../lib/std/errors.ts'

/** Errors of the disk in words. */
export function diskError(path: string): (cause: unknown) => never {
  return (cause) => {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      const message = `The disk is full: ${path} could not be written; free some space and run the same command again: it continues where this one stopped`
      throw new AppError('disk_full', message, { cause })
    }
    throw new AppError('disk_error', `${path} could not be written (${messageOf(cause)}); check the folder`, {
      cause,
    })
  }
}
