import { hostContract } from './host.contract.ts'
import { socketClient } from './testing/ws-client.ts'
import { UwsHost } from './uws.ts'

hostContract('uWebSockets.js', { start: (app) => new UwsHost(app), client: socketClient })
