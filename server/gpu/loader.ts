import { messageOf } from '../../lib/std/errors.ts'

/**
 * Whether this system's loader finds a shared library: where LD_LIBRARY_PATH says, in its own cache, or where this
 * program was linked to look. The loader alone knows all of these, and says so only by loading; a server should not.
 */
export function canLoad(library: string): boolean {
  try {
    process.dlopen({ exports: {} }, library)
    return true
  } catch (error) {
    // It was loaded, is no addon of Node's, and is unloaded again.
    return messageOf(error).includes('did not self-register')
  }
}
