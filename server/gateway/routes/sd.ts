import { generateSocket } from '../../compat/generate-socket.ts'
import { sdnextPreview } from '../../compat/sdnext-preview.ts'
import { sdxlWebsocket } from '../../compat/sdxl-websocket.ts'
import { sse } from '../../compat/sse.ts'
import type { RouteModule } from '../route.ts'

/** What the clients of Stable Diffusion servers call. */
export const sdRoutes: RouteModule = () => [
  { path: '/images/generate-ws', auth: 'key', door: sdxlWebsocket, extraPort: 'sdxl' },
  { path: '/sdapi/v1/preview', auth: 'key', door: sdnextPreview },
  { path: '/generate', auth: 'key', door: generateSocket },
  { path: '/generate', method: 'GET', auth: 'key', cors: true, door: sse },
]
