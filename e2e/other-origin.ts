import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect, createServer as createRelay, type Server, type Socket } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

export interface OtherSite {
  readonly url: string
  stop(): Promise<void>
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
}

/** Serves a folder from another origin than the Sketchwire server, whose address takes the place of the usual one. */
export async function serveElsewhere(
  folder: string,
  server: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<OtherSite> {
  const site = createServer((request, response) => {
    void answer(folder, request.url ?? '/', server).then(({ status, type, body }) => {
      response.writeHead(status, { 'content-type': type, ...headers }).end(body)
    })
  }).listen(0, '127.0.0.1')
  return {
    url: await addressOf(site),
    stop: async () => {
      site.closeAllConnections()
      site.close()
      await once(site, 'close')
    },
  }
}

/** What a packet of most networks carries. */
const PACKET_BYTES = 1448
const APART_MS = 3

/** The server as it is behind a network: what a browser sends comes to it in packets, one after the other. */
export async function behindNetwork(server: string): Promise<OtherSite> {
  const { hostname, port } = new URL(server)
  const open = new Set<Socket>()
  const relay = createRelay((browser) => {
    const inner = connect(Number(port), hostname).setNoDelay()
    for (const [one, other] of [
      [browser, inner],
      [inner, browser],
    ] as const) {
      open.add(one)
      one.on('error', () => undefined)
      one.on('close', () => other.destroy())
    }
    inner.pipe(browser)
    void inPackets(browser, inner)
  }).listen(0, '127.0.0.1')
  return {
    url: await addressOf(relay),
    stop: async () => {
      open.forEach((socket) => socket.destroy())
      relay.close()
      await once(relay, 'close')
    },
  }
}

async function inPackets(from: Socket, to: Socket): Promise<void> {
  try {
    for await (const data of from as AsyncIterable<Buffer>) {
      for (let at = 0; at < data.length; at += PACKET_BYTES) {
        to.write(data.subarray(at, at + PACKET_BYTES))
        // It is the network that is tried here: nothing could be waited for in its place.
        await pause(APART_MS)
      }
    }
  } catch {
    // The browser has gone.
  }
}

async function addressOf(listening: Server): Promise<string> {
  await once(listening, 'listening')
  const address = listening.address()
  if (address === null || typeof address === 'string') throw new Error('no port to be had')
  return `http://localhost:${address.port}`
}

/**
 * A page with a canvas in a frame of its own making, without the element. It says at once that it has no key: for a page
 * that says nothing the canvas waits ten seconds before it connects.
 */
export function pageAround(canvas: string): string {
  const answer = `({ data, source }) => {
    if (data.type === 'needToken')
      source.postMessage({ sketchwire: 1, type: 'token', id: data.id, token: null }, '*')
  }`
  return `<script>addEventListener('message', ${answer})</script>
    <iframe src="${canvas}" width="800" height="600"></iframe>`
}

async function answer(folder: string, url: string, server: string) {
  const path = normalize(new URL(url, 'http://any').pathname)
  const file = join(folder, path.endsWith('/') ? `${path}index.html` : path)
  if (!existsSync(file)) return { status: 404, type: 'text/plain', body: 'nothing here' }
  const type = TYPES[extname(file)] ?? 'application/octet-stream'
  const bytes = await readFile(file)
  if (!/text|json/.test(type)) return { status: 200, type, body: bytes }
  return { status: 200, type, body: bytes.toString('utf8').replaceAll('http://localhost:7878', server) }
}
