// Entry of the process that scales one picture.
import { constants, setPriority } from 'node:os'
import { resampleImage } from '../codec.ts'
import { failureOf } from '../job-failure.ts'
import type { Resampled, Resampling } from './resample.ts'

try {
  // Whoever draws comes first.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
} catch {
  // Where a sandbox lets nobody choose, it goes without.
}

async function answer({ image, ...how }: Resampling): Promise<Resampled> {
  try {
    return { png: await resampleImage(image, how) }
  } catch (error) {
    return { failure: failureOf(error) }
  }
}

process.once('message', (work: Resampling) => {
  void answer(work).then((answered) => process.send?.(answered))
})

// A terminal's Ctrl-C reaches the whole group; this process ends when its parent does.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)
process.on('disconnect', () => process.exit(0))
