// The proxy that programs find in HTTPS_PROXY, leading every host to one port of this machine: so a client that has its
// hosts built in reaches a server of ours, unmodified and with its own TLS.
import { createServer } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

export interface ConnectProxy {
  readonly url: string
  /** Hosts that were asked for. */
  readonly asked: ReadonlySet<string>
  close(): Promise<void>
}

export async function startConnectProxy(target: number): Promise<ConnectProxy> {
  const asked = new Set<string>()
  const open = new Set<Socket>()
  const server = createServer((_request, response) => response.writeHead(405).end())
  server.on('connect', ({ url = '' }, incoming) => {
    asked.add(url.split(':')[0] ?? '')
    const onward = connect(target, '127.0.0.1', () => {
      incoming.write('HTTP/1.1 200 Connection established\r\n\r\n')
      incoming.pipe(onward).pipe(incoming)
    })
    open.add(onward)
    onward.on('error', () => incoming.destroy())
    incoming.on('error', () => onward.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: async () => {
      for (const socket of open) socket.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
