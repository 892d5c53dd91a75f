// TLS in front of a server, the way a reverse proxy does it, with a certificate made for the occasion.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TlsProxy {
  readonly port: number
  /** File with the certificate, for those who have to trust it. */
  readonly certificate: string
  close(): Promise<void>
}

/** A certificate that vouches for itself, for these names. The folder is the caller's to remove. */
export function makeCertificate(...hosts: readonly string[]) {
  return makeCertificateFor(2, hosts)
}

/** The same, good for as many days. */
export function makeCertificateFor(days: number, hosts: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'tls-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']
  const names = [
    '-subj',
    '/CN=localhost',
    '-addext',
    `subjectAltName=${hosts.map((host) => `DNS:${host}`).join(',')}`,
  ]
  execFileSync(
    'openssl',
    ['req', '-x509', ...curve, '-nodes', '-days', String(days), '-keyout', key, '-out', cert, ...names],
    {
      stdio: 'pipe',
    },
  )
  return { folder, key, cert }
}

/** `https://localhost:{port}` and wss for the server on `target`. */
export async function startTlsProxy(
  target: number,
  hosts: readonly string[] = ['localhost'],
): Promise<TlsProxy> {
  const { folder, key, cert } = makeCertificate(...hosts)
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    const onward = httpRequest(onwardOptions(target, request), (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers)
      reply.pipe(response)
    })
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
  server.on('upgrade', (request, socket) => {
    const onward = connect(target, '127.0.0.1', () => {
      const headers = request.rawHeaders.flatMap((name, i, all) =>
        i % 2 === 0 ? [`${name}: ${all[i + 1]}`] : [],
      )
      onward.write([`${request.method} ${request.url} HTTP/1.1`, ...headers, '', ''].join('\r\n'))
      onward.pipe(socket).pipe(onward)
    })
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    certificate: cert,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      rmSync(folder, { recursive: true })
    },
  }
}

function onwardOptions(port: number, { method, url, headers }: IncomingMessage) {
  return { host: '127.0.0.1', port, method, path: url, headers: { ...headers, 'x-forwarded-proto': 'https' } }
}
