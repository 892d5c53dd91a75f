import { readFileSync } from 'node:fs'
import { AppError, messageOf } from '../lib/std/errors.ts'

/**
 * What the file holds, without the white space around it. Throws AppError `bad_environment` that names setting and file,
 * also for an empty one: no key at all would let in whoever reaches this machine's loopback.
 */
export function readSecretFile(path: string, setting: string): string {
  const what = `${setting}=${path}`
  let text: string
  try {
    text = decode(readFileSync(path)).trim()
  } catch (cause) {
    const message = `${what} cannot be read (${messageOf(cause)}): name a file that the server's user may read, or leave ${setting} out.`
    throw new AppError('bad_environment', message, { cause, field: setting })
  }
  if (text !== '') return text
  throw new AppError(
    'bad_environment',
    `${what} is empty: put the secret into it, or leave ${setting} out.`,
    {
      field: setting,
    },
  )
}

/** The `>` of Windows' own PowerShell writes UTF-16. */
function decode(bytes: Buffer): string {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe
  return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8').decode(bytes)
}
