import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'

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
  await once(site, 'listening')
  const address = site.address()
  if (address === null || typeof address === 'string') throw new Error('no port to be had')
  return {
    url: `http://localhost:${address.port}`,
    stop: async () => {
      site.closeAllConnections()
      site.close()
      await once(site, 'close')
    },
  }
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
