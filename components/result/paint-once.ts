import type { SketchClient } from '../../lib/client/types.ts'
import { preferences } from '../session/preferences.ts'

/**
 * Paints the drawing as it is now although Live is off: it is on until the picture has caught up. Where there is no
 * connection, that is when there is one again.
 */
export function paintOnce(client: Pick<SketchClient, 'store' | 'setLive'>): void {
  if (client.store.getState().live) return
  const stop = client.store.subscribe(({ activity }, before) => {
    if (activity === before.activity || (activity !== 'up-to-date' && activity !== 'refining')) return
    stop()
    client.setLive(preferences.getState().live)
  })
  client.setLive(true)
}
