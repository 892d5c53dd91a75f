import type { Environment } from '../../lib/client/environment.ts'

/** In place of frames that do not come. */
const AFTER_MS = 1000

/**
 * Animation frames, and a timer where they stay away: a frame of another site that is scrolled out of sight has none, and
 * counts as visible all the same.
 */
export function sureFrame({
  requestFrame,
  clock,
}: Pick<Environment, 'requestFrame' | 'clock'>): Environment['requestFrame'] {
  return (run) => {
    const cancel = () => {
      cancelFrame()
      cancelTimer()
    }
    const first = () => {
      cancel()
      run()
    }
    const cancelFrame = requestFrame(first)
    const cancelTimer = clock.setTimer(first, AFTER_MS)
    return cancel
  }
}
