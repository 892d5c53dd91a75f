import { createHash, createPublicKey, verify } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { FakeClock } from '../../lib/std/testing/fake-clock.ts'
import { WebhookSigner } from '../auth/webhook-signer.ts'
import { Webhooks } from './webhooks.ts'
import type { WebhooksOptions } from './webhooks.ts'

const NOW_S = 1_800_000_000
const KEYS = ['studio-key-0123456789']
const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** A receiver that answers the next call with the next status, and 200 after those. */
async function receiver(...statuses: number[]) {
  const heard: { headers: IncomingHttpHeaders; body: string }[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    heard.push({ headers: request.headers, body })
    response.writeHead(statuses.shift() ?? 200, { location: '/elsewhere' }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => server.close().closeAllConnections())
  const host = `localhost:${(server.address() as AddressInfo).port}`
  return { heard, host, url: `http://${host}/hook` }
}

function start(options: Partial<WebhooksOptions> & Pick<WebhooksOptions, 'hosts'>) {
  const clock = new FakeClock()
  const lost: string[][] = []
  const webhooks = new Webhooks({
    isPublicAddress: () => true,
    signer: new WebhookSigner({ secret: undefined, keys: KEYS, epochMs: () => NOW_S * 1000 }),
    clock,
    onLost: (...what) => lost.push(what),
    ...options,
  })
  closers.push(() => webhooks[Symbol.dispose]())
  return { webhooks, clock, lost }
}

/** What fal's receivers do with the four headers and the key set. */
function isSigned(
  { headers, body }: { headers: IncomingHttpHeaders; body: string },
  keys: readonly object[],
) {
  const [id, user, time, signature] = ['request-id', 'user-id', 'timestamp', 'signature'].map((name) =>
    String(headers[`x-fal-webhook-${name}`]),
  )
  const message = [id, user, time, createHash('sha256').update(body).digest('hex')].join('\n')
  return keys.some((key) => {
    const publicKey = createPublicKey({ key: { ...key }, format: 'jwk' })
    return verify(null, Buffer.from(message), publicKey, Buffer.from(signature ?? '', 'hex'))
  })
}

describe('webhooks', () => {
  it('carry the body as it is, signed so that a receiver of fal believes it, and a changed one not', async () => {
    const { heard, host, url } = await receiver()
    const { webhooks } = start({ hosts: [host] })
    await webhooks.deliver({ requestId: 'r-1', url, body: '{"a":"é"}' })
    const [first] = heard
    if (!first) throw new Error('nothing came')
    expect(first.body).toBe('{"a":"é"}')
    expect(first.headers).toMatchObject({
      'content-type': 'application/json',
      'x-fal-webhook-request-id': 'r-1',
      'x-fal-webhook-timestamp': String(NOW_S),
    })
    const { keys } = webhooks.keySet
    expect(keys[0]).not.toHaveProperty('d')
    expect(isSigned(first, keys)).toBe(true)
    expect(isSigned({ ...first, body: '{"a":"e"}' }, keys)).toBe(false)
    // The key is the same after a restart, and another one under other keys.
    expect(start({ hosts: [] }).webhooks.keySet).toEqual({ keys })
    const others = new WebhookSigner({
      secret: undefined,
      keys: ['another-key-0123456789'],
      epochMs: () => 0,
    })
    expect(isSigned(first, others.keySet.keys)).toBe(false)
  })

  it('are sent again until they are taken; a redirect is no taking', async () => {
    const { heard, host, url } = await receiver(500, 302)
    const { webhooks, clock, lost } = start({ hosts: [host] })
    await webhooks.deliver({ requestId: 'r-1', url, body: '{}' })
    clock.advance(4_999)
    expect(heard).toHaveLength(1)
    clock.advance(1)
    await vi.waitFor(() => expect(clock.pending).toBe(1))
    clock.advance(15_000)
    await vi.waitFor(() => expect(heard).toHaveLength(3))
    expect([clock.pending, lost]).toEqual([0, []])
  })

  it('are given up after two hours, with the reason, and when too many wait', async () => {
    const { webhooks, clock, lost } = start({ hosts: ['localhost:1'] })
    const url = 'http://localhost:1/hook'
    await webhooks.deliver({ requestId: 'r-1', url, body: '{}' })
    for (let attempt = 1; attempt <= 10; attempt++) {
      clock.advance(3_000_000)
      await vi.waitFor(() => expect(clock.pending + lost.length).toBe(1))
    }
    expect(lost).toEqual([['r-1', 'the receiver could not be reached']])
    for (let i = 0; i < 66; i++) await webhooks.deliver({ requestId: `q-${i}`, url, body: '{}' })
    expect(clock.pending).toBe(64)
    expect(lost.slice(1).map(([id]) => id)).toEqual(['q-0', 'q-1'])
    webhooks[Symbol.dispose]()
    expect(clock.pending).toBe(0)
  })

  it.each([
    ['without a list', [], 'http://a.example/', 'SKETCHWIRE_FETCH_HOSTS'],
    ['at a host that is not listed', ['a.example'], 'https://b.example/', 'b.example are not called'],
    ['at another port', ['a.example'], 'https://a.example:8443/', 'a.example:8443'],
    ['with a user name', ['a.example'], 'https://me@a.example/', 'user name'],
    ['by another protocol', ['a.example'], 'ftp://a.example/', 'http://'],
    ['at what is no address', ['a.example'], 'hook', 'http://'],
    ['at an address in figures of this machine', ['127.0.0.1'], 'http://127.0.0.1/', 'not a public one'],
  ])('are refused %s', (_, hosts, url, words) => {
    const { webhooks } = start({ hosts, isPublicAddress: (address) => address !== '127.0.0.1' })
    expect(webhooks.refusal(url)).toMatchObject({
      code: 'invalid_params',
      field: 'fal_webhook',
      message: expect.stringContaining(words),
    })
  })

  it('end with this server, which says so of each: of those that wait for their answer, too, and for another try', async () => {
    const silent = createServer(() => undefined)
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    closers.push(() => silent.close().closeAllConnections())
    const asked = new Promise((resolve) => silent.once('request', resolve))
    const host = `localhost:${(silent.address() as AddressInfo).port}`
    const refusing = await receiver(500)
    const { webhooks, clock, lost } = start({ hosts: [host, refusing.host] })
    await webhooks.deliver({ requestId: 'r-0', url: refusing.url, body: '{}' })
    expect(clock.pending).toBe(1)
    const delivered = webhooks.deliver({ requestId: 'r-1', url: `http://${host}/hook`, body: '{}' })
    await asked
    webhooks[Symbol.dispose]()
    await delivered
    await webhooks.deliver({ requestId: 'r-2', url: `http://${host}/hook`, body: '{}' })
    expect(clock.pending).toBe(0)
    const why = 'the server stopped before the receiver took it'
    expect(lost).toEqual(['r-1', 'r-0', 'r-2'].map((id) => [id, why]))
  })

  it('go to no name that leads into the own network', async () => {
    const { heard, host, url } = await receiver()
    const { webhooks, clock } = start({ hosts: [host], isPublicAddress: () => false })
    expect(webhooks.refusal(url)).toBeUndefined()
    await webhooks.deliver({ requestId: 'r-1', url, body: '{}' })
    expect([heard, clock.pending]).toEqual([[], 1])
  })
})
