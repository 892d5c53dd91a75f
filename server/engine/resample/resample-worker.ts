// Entry of the process that scales one picture.
import { constants, setPriority } from 'node:os'
import { MAX_IMAGE_PIXELS, resampleImage } from '../codec.ts'
import { EngineError } from '../engine.ts'
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
    checkTarget(how)
    return { png: await resampleImage(image, how) }
  } catch (error) {
    return { failure: failureOf(error) }
  }
}

/** Whoever asks has looked at it, by a header that may lie. */
function checkTarget({ size: { width, height } }: Pick<Resampling, 'size'>): void {
  if (width * height <= MAX_IMAGE_PIXELS) return
  const message = `The picture would have ${width}x${height} pixels; ask for at most ${MAX_IMAGE_PIXELS} (4096x4096)`
  const place = { field: 'image', value: `${width}x${height}`, range: `0..${MAX_IMAGE_PIXELS} pixels` }
  throw new EngineError('image_too_large', message, place)
}

process.once('message', (work: Resampling) => {
  void answer(work).then((answered) => process.send?.(answered))
})

// A terminal's Ctrl-C reaches the whole group; this process ends when its parent does.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)
process.on('disconnect', () => process.exit(0))
