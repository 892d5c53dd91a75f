import { readFileSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { once } from 'node:events'
import { expect, it, vi } from 'vitest'
import { makeCertificate } from '../testing/tls-proxy.ts'
import { chooseHost } from './choose-host.ts'
import { echoApp, hostContract } from './host.contract.ts'
import { NodeHost } from './node-host.ts'
import type { WebApp } from './host.ts'
import { socketClient, WsClient } from './testing/ws-client.ts'
import { wireContract } from './wire.contract.ts'

const start = (app: WebApp) => new NodeHost(app)
hostContract('node:http and ws', { start, client: socketClient })
wireContract('node:http and ws', { start, readsRequestLinesInPieces: true })

it('stands in where uWebSockets.js has no binary that loads, and the reason is known', async () => {
  const complaint = 'This version supports only ...\n\nError: version `GLIBC_2.38` not found'
  const choice = await chooseHost(() => Promise.reject(new Error(complaint)))
  const app = { sockets: [] } as unknown as Parameters<typeof choice.open>[0]
  await using host = choice.open(app)
  expect(host).toBeInstanceOf(NodeHost)
  expect(choice.reason).toBe('version `GLIBC_2.38` not found')
})

it('reads the body of a request that would rather speak another protocol below TLS, too', async () => {
  const { folder, cert, key } = makeCertificate('localhost')
  await using host = new NodeHost(echoApp(), { certFile: cert, keyFile: key })
  const port = await host.listen({ host: '127.0.0.1', port: 0 })
  const headers = {
    connection: 'Upgrade, HTTP2-Settings',
    upgrade: 'h2c',
    'http2-settings': 'AAEAAEAAAAIAAAAB',
  }
  const place = { host: '127.0.0.1', servername: 'localhost', port }
  const options = { ...place, path: '/a', method: 'POST', headers, ca: readFileSync(cert) }
  const body = await new Promise((resolve, reject) => {
    const asked = request(options, (response) => response.on('data', (data) => resolve(String(data))))
    asked.on('error', reject).end('hello')
  })
  expect(body).toBe('POST /a  hello')
  rmSync(folder, { recursive: true })
})

it('pings a socket on which nothing moves sooner than proxies lose patience with it', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  try {
    await using host = start(echoApp())
    const port = await host.listen({ host: '127.0.0.1', port: 0 })
    const { socket } = await WsClient.open(`ws://127.0.0.1:${port}/echo`)
    const pinged = once(socket, 'ping')
    vi.advanceTimersByTime(30_000)
    await pinged
    socket.terminate()
  } finally {
    vi.useRealTimers()
  }
})
