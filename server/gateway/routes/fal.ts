import { DEFAULT_APP } from '../../compat/fal-apps.ts'
import { falRealtime } from '../../compat/fal-realtime.ts'
import { falRest } from '../../compat/fal-rest.ts'
import type { RouteModule } from '../route.ts'

const APP_PATHS = ['/', '/fal-ai/lcm-sd15-i2i', '/110602490-lcm-sd15-i2i']

/** What fal's clients call. */
export const falRoutes: RouteModule = () => {
  const rest = falRest(DEFAULT_APP)
  const realtime = falRealtime(DEFAULT_APP)
  return [
    ...['/ws', '/realtime'].map((path) => ({ path, auth: 'key', door: realtime }) as const),
    ...APP_PATHS.map((path) => ({ path, method: 'POST', auth: 'key', cors: true, door: rest }) as const),
  ]
}
