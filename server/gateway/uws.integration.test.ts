import { it } from 'vitest'
import { hostContract } from './host.contract.ts'
import type { WebApp } from './host.ts'
import { socketClient } from './testing/ws-client.ts'
import { wireContract } from './wire.contract.ts'

// Its binaries for Node 22, 24 and 25 load only where glibc is 2.38 or newer; node:http and ws, which serve elsewhere,
// pass the same contract. The one for Node 20 must load.
const loaded = await import('./uws.ts').catch((error: unknown) => {
  if (process.versions.node.startsWith('20.')) throw error
  return undefined
})

if (loaded) {
  const start = (app: WebApp) => new loaded.UwsHost(app)
  hostContract('uWebSockets.js', { start, client: socketClient })
  wireContract('uWebSockets.js', { start, readsRequestLinesInPieces: false })
} else it.skip('uWebSockets.js has no binary that loads here', () => undefined)
