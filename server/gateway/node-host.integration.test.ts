import { expect, it } from 'vitest'
import { chooseHost } from './choose-host.ts'
import { hostContract } from './host.contract.ts'
import { NodeHost } from './node-host.ts'
import { socketClient } from './testing/ws-client.ts'

hostContract('node:http and ws', { start: (app) => new NodeHost(app), client: socketClient })

it('stands in where uWebSockets.js has no binary that loads, and the reason is known', async () => {
  const complaint = 'This version supports only ...\n\nError: version `GLIBC_2.38` not found'
  const choice = await chooseHost(() => Promise.reject(new Error(complaint)))
  const app = { sockets: [] } as unknown as Parameters<typeof choice.open>[0]
  await using host = choice.open(app)
  expect(host).toBeInstanceOf(NodeHost)
  expect(choice.reason).toBe('version `GLIBC_2.38` not found')
})
