import { createServer } from 'node:http'
import type { Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createFetchImage, refuseToFetch } from './fetch-image.ts'
import type { FetchOptions } from './fetch-image.ts'
import { isPublicAddress } from './outside.ts'

const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3])
const never = new AbortController().signal
const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

/** A server of somebody else, with what it answers by path, and every path it was asked for. */
async function elsewhere(answers: Record<string, (response: ServerResponse) => void>) {
  const asked: string[] = []
  const server = createServer((incoming, response) => {
    const path = incoming.url ?? ''
    asked.push(path)
    const answer = answers[path]
    if (answer) answer(response)
    else response.writeHead(404).end()
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const fetcher = (options: Partial<FetchOptions> = {}) =>
    createFetchImage({ hosts: [`localhost:${port}`], isPublicAddress: () => true, ...options })
  return { asked, port, url: (path: string) => `http://localhost:${port}${path}`, fetcher }
}

const picture = (response: ServerResponse) => response.writeHead(200).end(JPEG)

describe('isPublicAddress', () => {
  it.each(['93.184.216.34', '8.8.8.8', '2606:4700::1111'])('lets %s pass', (address) => {
    expect(isPublicAddress(address)).toBe(true)
  })

  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '192.0.2.1',
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:169.254.169.254',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'not an address',
  ])('stops %s', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })
})

describe('fetching a picture', () => {
  it('gets one from a listed host', async () => {
    const { url, fetcher } = await elsewhere({ '/a.jpg': picture })
    expect(await fetcher()(url('/a.jpg'), never)).toEqual({ ok: true, image: new Uint8Array(JPEG) })
  })

  it('fetches nothing without a list', async () => {
    const { url, asked } = await elsewhere({ '/a.jpg': picture })
    for (const fetchImage of [refuseToFetch, createFetchImage({ hosts: [] })])
      expect(await fetchImage(url('/a.jpg'), never)).toMatchObject({
        ok: false,
        error: { field: 'image', message: expect.stringContaining('SKETCHWIRE_FETCH_HOSTS') },
      })
    expect(asked).toEqual([])
  })

  it('connects to no address that is not public, whatever its name', async () => {
    const { url, port, asked } = await elsewhere({ '/a.jpg': picture })
    const hosts = [
      `localhost:${port}`,
      `127.0.0.1:${port}`,
      `[::ffff:127.0.0.1]:${port}`,
      `[::ffff:7f00:1]:${port}`,
    ]
    const fetchImage = createFetchImage({ hosts })
    for (const address of [url('/a.jpg'), ...hosts.map((host) => `http://${host}/a.jpg`)])
      expect(await fetchImage(address, never)).toMatchObject({ ok: false, error: { code: 'invalid_params' } })
    expect(asked).toEqual([])
  })

  it.each([
    ['a host that is not listed', 'http://example.org/a.jpg', /SKETCHWIRE_FETCH_HOSTS/],
    ['a name that only ends alike', 'http://evilexample.net/a.jpg', /SKETCHWIRE_FETCH_HOSTS/],
    ['the bare name of a wildcard', 'http://example.net/a.jpg', /SKETCHWIRE_FETCH_HOSTS/],
    ['another port', 'http://cdn.example.net:81/a.jpg', /SKETCHWIRE_FETCH_HOSTS/],
    ['a user name', 'http://user:pw@cdn.example.net/a.jpg', /user name/],
    ['another protocol', 'file:///etc/hostname', /http/],
    ['no address at all', 'http://', /address/],
  ])('refuses %s', async (_name, url, message) => {
    const fetchImage = createFetchImage({ hosts: ['*.example.net'], isPublicAddress: () => true })
    expect(await fetchImage(url, never)).toMatchObject({
      ok: false,
      error: { message: expect.stringMatching(message) },
    })
  })

  it('checks where a redirect leads as it checked the first address, and follows three at most', async () => {
    const to = (location: string) => (response: ServerResponse) => response.writeHead(302, { location }).end()
    const { url, fetcher, asked } = await elsewhere({
      '/once': to('/a.jpg'),
      '/a.jpg': picture,
      '/out': to('http://169.254.169.254/latest/meta-data'),
      '/loop': to('/loop'),
    })
    expect(await fetcher()(url('/once'), never)).toMatchObject({ ok: true })
    expect(await fetcher()(url('/out'), never)).toMatchObject({ ok: false })
    expect(await fetcher()(url('/loop'), never)).toMatchObject({ ok: false })
    expect(asked.filter((path) => path === '/loop')).toHaveLength(4)
  })

  it('reads no more than its limit, and only pictures', async () => {
    const { url, fetcher } = await elsewhere({
      '/big': (response) => response.writeHead(200).end(Buffer.concat([JPEG, Buffer.alloc(2000)])),
      '/page': (response) => response.writeHead(200, { 'content-type': 'image/jpeg' }).end('<html>'),
    })
    expect(await fetcher({ maxBytes: 1000 })(url('/big'), never)).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('1000 bytes') },
    })
    expect(await fetcher()(url('/page'), never)).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('not JPEG') },
    })
    expect(await fetcher()(url('/missing'), never)).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('404') },
    })
  })

  it('gives up on a server that is silent, and at once when its caller does', async () => {
    const { url, fetcher } = await elsewhere({ '/slow': () => undefined })
    expect(await fetcher({ timeoutMs: 50 })(url('/slow'), never)).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('in time') },
    })
    const stop = new AbortController()
    const fetched = fetcher()(url('/slow'), stop.signal)
    stop.abort()
    expect(await fetched).toMatchObject({ ok: false })
  })
})
