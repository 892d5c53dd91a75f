// The doors once more, on node:http and ws: what serves where uWebSockets.js has no binary that loads.
import './testing/on-node-host.ts'
import './auth.integration.test.ts'
import './connecting.integration.test.ts'
import './fal-doors.integration.test.ts'
import './native-door.integration.test.ts'
import { expect, it } from 'vitest'
import { plainRequest } from './gateway/testing/ws-client.ts'
import { start } from './testing/running-server.ts'

it('is the other host', async () => {
  const { server } = await start()
  const { status, headers } = await plainRequest(server.port, { path: '/livez' })
  // The usual one says its name.
  expect([status, headers['uwebsockets']]).toEqual([200, undefined])
})
