import { messageOf } from '../../lib/std/errors.ts'
import { notify } from '../session/notices.ts'

/** Runs a command; what goes wrong is told with its remedy. */
export function told(what: string, run: () => Promise<void>): () => void {
  return () => {
    run().catch((error: unknown) => notify(`${what}: ${messageOf(error)}`, 'problem'))
  }
}
