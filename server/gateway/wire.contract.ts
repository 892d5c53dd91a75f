// What hosts on a real port must make of bytes that come in odd pieces, too many of them, or not as they should.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, it } from 'vitest'
import { BODY_LIMIT, CUT_OFF, echoApp } from './host.contract.ts'
import type { Host, Reception, RequestHead, SocketRoute, WebApp } from './host.ts'
import { RawClient } from './testing/raw-client.ts'
import { WsClient } from './testing/ws-client.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

export interface WiredHost {
  start(app: WebApp): Host
  /**
   * False: a request line that comes in pieces is 505 (compat.md names the remedy). The day this host learns to read them
   * a test says so.
   */
  readonly readsRequestLinesInPieces: boolean
}

const MIB = 1024 * 1024

/** As Java's own client asks with every request, in case the server speaks HTTP/2. */
const H2C = 'connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAEAAEAAAAIAAAAB\r\n'
const HANDSHAKE =
  'connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n'

/** Says goodbye at once, to whoever it is. */
const strangers: SocketRoute = {
  path: '/strangers',
  maxMessageBytes: 16 * MIB,
  upgrade: () => (socket) => {
    socket.send('who are you?')
    socket.close(4001, 'unauthorized')
    return { message: () => undefined, drain: () => undefined, closed: () => undefined }
  },
}

/** Sends until nobody reads any more, and then says goodbye. */
const flood: SocketRoute = {
  path: '/flood',
  maxMessageBytes: 1000,
  upgrade: () => (socket) => ({
    message: () => {
      const piece = 'x'.repeat(MIB)
      for (let sent = 0; sent < 100 && socket.bufferedBytes === 0; sent++) socket.send(piece)
      socket.close(1008, 'reads too slowly')
    },
    drain: () => undefined,
    closed: () => undefined,
  }),
}

/** More than a network holds for somebody who does not read; no two places of it are the same. */
const BIG = Buffer.from(Uint32Array.from({ length: 6 * MIB }, (_, at) => at).buffer)

/** The first `path` bytes of it. */
function big({ path }: RequestHead): Reception {
  const refused = { status: 413, headers: {}, body: '' }
  const body = BIG.subarray(0, Number(path.slice('/big/'.length)))
  return {
    bodyLimitBytes: 0,
    cutOffBytes: 0,
    bodyTooLarge: () => refused,
    respond: () => ({ status: 200, headers: {}, body }),
  }
}

export function wireContract(name: string, under: WiredHost): void {
  const hosts: Host[] = []
  const clients: RawClient[] = []
  const start = async (log: string[] = []) => {
    const app = echoApp(log)
    const host = under.start({
      sockets: [...app.sockets, strangers, flood],
      receive: (head) => (head.path.startsWith('/big/') ? big(head) : app.receive(head)),
    })
    hosts.push(host)
    const port = await host.listen({ host: '127.0.0.1', port: 0 })
    const raw = async () => {
      const client = await RawClient.open(port)
      clients.push(client)
      return client
    }
    return { raw, connect: (path: string) => WsClient.open(`ws://127.0.0.1:${port}${path}`) }
  }
  afterEach(async () => {
    for (const client of clients.splice(0)) client.leave()
    for (const host of hosts.splice(0)) await host[Symbol.asyncDispose]()
  })

  describe(`wire contract: ${name}`, () => {
    const COOKIE = `cookie: ${'c'.repeat(8 * 1024)}\r\n`
    const asked = async (pieces: readonly (readonly [text: string, pieceBytes: number])[]) => {
      const { raw } = await start()
      const client = await raw()
      for (const [text, pieceBytes] of pieces) await client.write(text, pieceBytes)
      return await client.until(/\r\n\r\n[^]+/)
    }

    it('reads headers that come byte by byte', async () => {
      const got = await asked([
        ['GET /a?x=1 HTTP/1.1\r\n', 100],
        ['host: h\r\nx-sent: yes\r\n\r\n', 1],
      ])
      expect(got).toMatch(/^HTTP\/1.1 200 [^]*x-seen: yes[^]*GET \/a x=1 $/i)
    })

    it('reads a head of 8 KiB in pieces of 1400 bytes, as a network brings it', async () => {
      const got = await asked([[`GET /a HTTP/1.1\r\nhost: h\r\n${COOKIE}x-sent: yes\r\n\r\n`, 1400]])
      expect(got).toMatch(/^HTTP\/1.1 200 [^]*x-seen: yes/i)
    })

    it.each([
      ['byte by byte', 'GET /a?x=1 HTTP/1.1\r\nhost: h\r\n\r\n', 1, /^HTTP\/1.1 200 [^]*GET \/a x=1 $/],
      [
        'of 8 KiB in pieces',
        `GET /a?x=${'1'.repeat(8192)} HTTP/1.1\r\nhost: h\r\n\r\n`,
        1400,
        /^HTTP\/1.1 200 /,
      ],
    ])('has one answer to a request line %s', async (_how, text, pieceBytes, expected) => {
      expect(await asked([[text, pieceBytes]])).toMatch(
        under.readsRequestLinesInPieces ? expected : /^HTTP\/1.1 505 /,
      )
    })

    it.each([
      ['of a known length', 'content-length: 5\r\n\r\nhello'],
      ['in chunks', 'transfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n'],
    ])('reads the body %s of a request that would rather speak another protocol', async (_how, body) => {
      const { raw } = await start()
      const client = await raw()
      // And the next one on the same connection, which comes in pieces.
      for (const [path, pieceBytes] of [
        ['/first', 10_000],
        ['/second', 40],
      ] as const) {
        client.received = ''
        await client.write(`POST ${path} HTTP/1.1\r\nhost: h\r\n${H2C}x-sent: yes\r\n`, pieceBytes)
        await client.write(body, pieceBytes)
        const got = await client.until(/hello$/)
        expect(got).toMatch(new RegExp(`^HTTP/1.1 200 [^]*x-seen: yes[^]*POST ${path}  hello$`, 'i'))
      }
    })

    it('answers an upgrade where there is no socket as the request that it is', async () => {
      const { raw } = await start()
      const client = await raw()
      await client.write(`GET /a?x=1 HTTP/1.1\r\nhost: h\r\n${HANDSHAKE}\r\n`)
      expect(await client.until(/x=1 $/)).toMatch(/^HTTP\/1.1 200 /)
      await client.write(`POST /echo HTTP/1.1\r\nhost: h\r\n${HANDSHAKE}content-length: 5\r\n\r\nhello`)
      expect(await client.until(/hello$/)).toMatch(/POST \/echo {2}hello$/)
    })

    it('keeps nothing of a body whose sender has gone', async () => {
      const log: string[] = []
      const { raw } = await start(log)
      const client = await raw()
      await client.write('POST /narrow HTTP/1.1\r\nhost: h\r\ncontent-length: 40\r\n\r\nhello')
      await expect.poll(() => log).toEqual(['received /narrow'])
      client.leave()
      await expect.poll(() => log).toEqual(['received /narrow', 'given back'])
    })

    it('answers a body once and closes, a byte above what it reads', async () => {
      const log: string[] = []
      const { raw } = await start(log)
      const client = await raw()
      await client.write(`POST /a HTTP/1.1\r\nhost: h\r\ncontent-length: ${10 * CUT_OFF}\r\n\r\n`)
      await client.write(new Uint8Array(CUT_OFF))
      expect(client.received).toBe('')
      await client.write(new Uint8Array(1))
      await client.closed
      expect(client.received).toMatch(new RegExp(`^HTTP/1.1 413 [^]*over ${BODY_LIMIT}$`))
      expect([client.received.match(/HTTP\/1.1/g)?.length, log]).toEqual([1, ['received /a']])
    })

    it('closes on whoever sends on, with one answer at most: a reset may come before it', async () => {
      const log: string[] = []
      const { raw } = await start(log)
      const client = await raw()
      await client.write(`POST /a HTTP/1.1\r\nhost: h\r\ncontent-length: ${10 * CUT_OFF}\r\n\r\n`)
      await client.write(new Uint8Array(9 * CUT_OFF))
      await client.closed
      expect([client.received.match(/HTTP\/1.1/g)?.length ?? 1, log]).toEqual([1, ['received /a']])
    })

    it('holds no copies of answers that nobody reads, and goes on answering others', async () => {
      const { raw } = await start()
      const [greedy, other] = [await raw(), await raw()]
      greedy.pause()
      const before = process.memoryUsage().rss
      await greedy.write(`GET /big/${MIB} HTTP/1.1\r\nhost: h\r\n\r\n`.repeat(500))
      await other.write('GET /a HTTP/1.1\r\nhost: h\r\n\r\n')
      expect(await other.until(/GET \/a/)).toMatch(/^HTTP\/1.1 200 /)
      expect(process.memoryUsage().rss - before).toBeLessThan(100 * MIB)
    })

    it('has every byte of an answer for a slow reader, and then that of the next request', async () => {
      const { raw } = await start()
      const [slow, other] = [await raw(), await raw()]
      for (const bytes of [BIG.length, MIB + 1, BIG.length]) {
        slow.received = ''
        slow.pause()
        await slow.write(`GET /big/${bytes} HTTP/1.1\r\nhost: h\r\n\r\n`)
        other.received = ''
        await other.write('GET /a HTTP/1.1\r\nhost: h\r\n\r\n')
        await other.until(/GET \/a/)
        slow.resume()
        const body = () => slow.received.slice(slow.received.indexOf('\r\n\r\n') + 4)
        await expect.poll(() => body().length, { timeout: 5000 }).toBe(bytes)
        expect(slow.received).toMatch(
          new RegExp(`^HTTP/1.1 200 [^]{1,200}?content-length: ${bytes}\r\n`, 'i'),
        )
        expect(Buffer.from(body(), 'latin1').equals(BIG.subarray(0, bytes))).toBe(true)
      }
    })

    it('answers requests that come all at once one after the other, and closes after the last where it is told to', async () => {
      const { raw } = await start()
      const client = await raw()
      const ask = (what: string, more = '') => `${what} HTTP/1.1\r\nhost: h\r\n${more}\r\n`
      await client.write(ask('HEAD /a') + ask('GET /b') + ask('GET /big/100000', 'connection: close\r\n'))
      await client.closed
      const heads = /^HTTP\/1.1 200 [^]*\r\n\r\nHTTP\/1.1 200 [^]*\r\n\r\nGET \/b  HTTP\/1.1 200 /
      expect(client.received).toMatch(heads)
      expect(client.received.match(/content-length: \d+/gi)).toHaveLength(3)
      expect(client.received.endsWith(BIG.toString('latin1', 99_000, 100_000))).toBe(true)
    })

    it('W1 drops a socket whose text is not UTF-8 with 1006', async () => {
      const { connect } = await start()
      const client = await connect('/echo')
      client.socket.send(Buffer.from([0x68, 0xff, 0x69]), { binary: false })
      expect(await client.closed).toBe(1006)
    })

    it('C3 closes a socket that is not read with its code, which is heard when it is read again', async () => {
      const { connect } = await start()
      const client = await connect('/flood')
      client.socket.pause()
      client.send('go')
      await new Promise((resolve) => setTimeout(resolve, 300))
      client.socket.resume()
      expect([await client.closed, client.closeReason]).toEqual([1008, 'reads too slowly'])
    })

    it('keeps nothing of what still comes from a socket that the app has closed', async () => {
      const { raw, connect } = await start()
      // Fourteen of fifteen mebibytes, under a mask of zeros.
      const frame = new Uint8Array(14 * MIB)
      frame.set([0x82, 0xff, 0, 0, 0, 0, 0x00, 0xf0, 0, 0, 0, 0, 0, 0])
      const heldBytes = () => {
        collectGarbage()
        return process.memoryUsage().arrayBuffers
      }
      const before = heldBytes()
      for (let count = 0; count < 4; count++) {
        const client = await raw()
        await client.write(`GET /strangers HTTP/1.1\r\nhost: h\r\n${HANDSHAKE}\r\n`)
        expect(await client.until(/who are you\?/)).toMatch(/^HTTP\/1.1 101 /)
        await client.write(frame)
      }
      expect(heldBytes() - before).toBeLessThan(20 * MIB)
      // Whoever plays by the rules hears what it was told, however large its first message is.
      const polite = await connect('/strangers')
      polite.send(frame.subarray(0, 4 * MIB))
      expect(await polite.next()).toBe('who are you?')
      expect(await polite.closed).toBe(4001)
    })
  })
}
