// A browser that runs short of room throws away what it was not asked to keep. Asked, some say yes by themselves and
// some ask the person: so it is asked for what somebody drew, and seldom.
import * as v from 'valibot'
import { readSaved, writeSaved } from './saved.ts'

const ASKED = 'asked-to-persist'
/** What was refused on a first visit may be granted to a page that somebody comes back to. */
const AGAIN_MS = 7 * 24 * 60 * 60 * 1000

/** Asks the browser to keep this page's storage; nothing where it cannot be asked, and never rejects. */
export async function askToPersist(nowMs = Date.now()): Promise<void> {
  const storage = 'storage' in navigator ? navigator.storage : undefined
  if (!storage?.persist || nowMs - (readSaved(ASKED, v.number()) ?? -Infinity) < AGAIN_MS) return
  try {
    if (await storage.persisted()) return
    writeSaved(ASKED, nowMs)
    await storage.persist()
  } catch {
    // It stays as it was.
  }
}
