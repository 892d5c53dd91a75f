// A listing in pages: where the next one is, and who is told the token.
import { createServer, type IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createHub } from './hub.ts'
import { REPOSITORY } from './testing/hub.ts'

const PART = { repository: REPOSITORY, revision: 'main' }
const TOKEN = 'secret'

interface Page {
  readonly link?: string
  readonly status?: number
  /** Sends the beginning alone; `cut` ends the connection. */
  readonly half?: (cut: () => void) => void
}

/** Answers each request with what `page` says of its address, and keeps what it was asked. */
async function serve(page: (path: string) => Page) {
  const asked: { readonly path: string; readonly token: string | undefined }[] = []
  const server = createServer((request: IncomingMessage, response) => {
    const path = request.url ?? ''
    asked.push({ path, token: request.headers.authorization })
    const { link, status = 200, half } = page(path)
    response.writeHead(status, link === undefined ? {} : { link: `<${link}>; rel="next"` })
    const body = listed(`file${asked.length}`)
    if (half === undefined) return void response.end(body)
    response.write(body.slice(0, 5), () => half(() => response.destroy()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

const listed = (path: string) => JSON.stringify([{ type: 'file', path, size: 1 }])
const isSecond = (path: string) => path.includes('cursor=')
const ask = async (url: string, signal = new AbortController().signal) =>
  (await createHub({ url, token: TOKEN }).files(PART, signal)).map(({ path }) => path)

describe('the next page of a listing', () => {
  it.each([
    ['the whole address of', (url: string) => `${url}/api/models/${REPOSITORY}/tree/main?cursor=1`],
    ['a path on', () => `/api/models/${REPOSITORY}/tree/main?cursor=1`],
    ['a query on', () => '?cursor=1'],
  ])('may be named by %s the hub, which is told the token', async (_, linkOn) => {
    const own: { url: string } = { url: '' }
    await using hub = await serve((path) => (isSecond(path) ? {} : { link: linkOn(own.url) }))
    own.url = hub.url
    expect(await ask(hub.url)).toEqual(['file1', 'file2'])
    expect(hub.asked.map(({ token }) => token)).toEqual([`Bearer ${TOKEN}`, `Bearer ${TOKEN}`])
    expect(hub.asked[1]?.path).toBe(`/api/models/${REPOSITORY}/tree/main?cursor=1`)
  })

  it('may be at another host, which is not', async () => {
    await using other = await serve(() => ({}))
    await using hub = await serve(() => ({ link: `${other.url}/rest?cursor=1` }))
    expect(await ask(hub.url)).toEqual(['file1', 'file1'])
    expect(hub.asked.map(({ token }) => token)).toEqual([`Bearer ${TOKEN}`])
    expect(other.asked).toEqual([{ path: '/rest?cursor=1', token: undefined }])
  })

  it('that another host refuses says whom the token is for', async () => {
    await using other = await serve(() => ({ status: 401 }))
    await using hub = await serve(() => ({ link: `${other.url}/rest` }))
    await expect(ask(hub.url)).rejects.toThrow(
      `goes on at ${other.url}, which answered 401; HF_TOKEN is sent to ${hub.url} alone`,
    )
  })

  it('that is no address is no hub', async () => {
    await using hub = await serve(() => ({ link: 'http://[' }))
    await expect(ask(hub.url)).rejects.toThrow(/did not answer as a model hub does/)
  })
})

it.each<[string, string, (stop: AbortController, cut: () => void) => void]>([
  ['that breaks off is the network', 'hub_unreachable', (_, cut) => cut()],
  ['that is stopped by hand is an interruption', 'interrupted', (stop) => stop.abort()],
])('a listing %s, not a foreign server', async (_, code, end) => {
  const stop = new AbortController()
  await using hub = await serve(() => ({ half: (cut) => setTimeout(() => end(stop, cut), 50) }))
  await expect(ask(hub.url, stop.signal)).rejects.toMatchObject({ code })
})
