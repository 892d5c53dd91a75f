import { messageOf } from '../../lib/std/errors.ts'

/**
 * What this system's loader says against a shared library, `undefined` where it loads: from where LD_LIBRARY_PATH says,
 * from its own cache, or from where this program was linked to look. The loader alone knows all of these, and says so
 * only by loading; a server should not.
 */
export function loadProblem(library: string): string | undefined {
  try {
    process.dlopen({ exports: {} }, library)
    return undefined
  } catch (error) {
    const message = messageOf(error)
    // It was loaded, is no addon of Node's, and is unloaded again.
    return message.includes('did not self-register') ? undefined : message
  }
}
