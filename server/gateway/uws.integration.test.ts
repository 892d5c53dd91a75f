import { WebSocket } from 'ws'
import { hostContract } from './host.contract.ts'
import { UwsHost } from './uws.ts'
import { plainRequest, readStream, WsClient } from './testing/ws-client.ts'

hostContract('uWebSockets.js', {
  start: (app) => new UwsHost(app),
  client: (_host, port) => ({
    request: (request) => plainRequest(port, request),
    read: (path) => readStream(port, { path }),
    connect(path, headers = {}) {
      return new Promise((resolve, reject) => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers })
        const client = new WsClient(socket)
        socket.once('unexpected-response', (_request, response) =>
          resolve({ refused: response.statusCode ?? 0 }),
        )
        socket.once('open', () => resolve(client))
        socket.once('error', reject)
      })
    },
  }),
})
