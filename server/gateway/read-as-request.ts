import type { IncomingMessage, Server } from 'node:http'
import { Server as TlsServer } from 'node:https'
import type { Duplex } from 'node:stream'

/** What came behind the head of a request that Node took for an upgrade. */
interface Detached {
  readonly socket: Duplex
  readonly rest: Buffer
}

/**
 * Hands a request that is no upgrade back to the server. Node before 24.9 takes every request with an Upgrade header for
 * one and leaves its body unread; so the head goes back in front of the rest without that header, and the connection to
 * the server as if it were new.
 */
export function readAsRequest(server: Server, req: IncomingMessage, { socket, rest }: Detached): void {
  const lines = [`${req.method} ${req.url} HTTP/${req.httpVersion}`]
  for (let at = 0; at < req.rawHeaders.length; at += 2) {
    const [name = '', value = ''] = req.rawHeaders.slice(at, at + 2)
    if (name.toLowerCase() !== 'upgrade') lines.push(`${name}: ${value}`)
  }
  // As Node decodes them.
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  socket.unshift(Buffer.concat([head, rest]))
  server.emit(server instanceof TlsServer ? 'secureConnection' : 'connection', socket)
}
