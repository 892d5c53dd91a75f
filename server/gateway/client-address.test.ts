import { describe, expect, it } from 'vitest'
import { isAddressRange, withClientAddresses } from './client-address.ts'
import type { RequestHead, WebApp } from './host.ts'

/** Where the app believes a request to come from. */
async function seen(remoteAddress: string, forwarded: string | undefined, proxies: readonly string[]) {
  const heads: RequestHead[] = []
  const note = (head: RequestHead) => {
    heads.push(head)
    return { status: 200, headers: {}, body: '' }
  }
  const app: WebApp = {
    sockets: [{ path: '/ws', maxMessageBytes: 1, upgrade: note }],
    receive: (head) => ({
      bodyLimitBytes: 1,
      cutOffBytes: 2,
      bodyTooLarge: () => note(head),
      respond: () => note(head),
    }),
  }
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
  const head = { method: 'GET', path: '/', query: '', headers, remoteAddress }
  const placed = withClientAddresses(app, proxies)
  await placed.receive(head).respond({ body: new Uint8Array(), signal: new AbortController().signal })
  await placed.sockets[0]?.upgrade(head)
  const [request, upgrade] = heads.map((one) => one.remoteAddress)
  expect(upgrade).toBe(request)
  return request
}

describe('the address behind a proxy', () => {
  it.each([
    ['10.0.0.1', '93.184.216.34', '93.184.216.34'],
    ['0000:0000:0000:0000:0000:ffff:0a00:0001', '93.184.216.34', '93.184.216.34'],
    // What the caller wrote itself stands left of what the proxy wrote.
    ['10.0.0.1', '1.1.1.1, 93.184.216.34', '93.184.216.34'],
    ['10.0.0.1', '1.1.1.1, 93.184.216.34, 10.0.0.2', '93.184.216.34'],
    ['10.0.0.1', '93.184.216.34:4711', '93.184.216.34'],
    ['10.0.0.1', '[2606:4700::1]:443', '2606:4700::1'],
    ['10.0.0.1', '2606:4700::1', '2606:4700::1'],
    ['10.0.0.1', '10.0.0.9', '10.0.0.9'],
  ])('%s, for %s, is %s', async (remote, forwarded, client) => {
    expect(await seen(remote, forwarded, ['10.0.0.0/8'])).toBe(client)
  })

  it.each([
    ['203.0.113.9', '1.1.1.1'],
    ['10.0.0.1', undefined],
    ['10.0.0.1', 'unknown'],
    ['10.0.0.1', '1.1.1.1, somebody'],
  ])('%s, for %s, stays what it is', async (remote, forwarded) => {
    expect(await seen(remote, forwarded, ['10.0.0.1', 'fd00::/8'])).toBe(remote)
  })

  it('is not looked for without a list', async () => {
    expect(await seen('127.0.0.1', '1.1.1.1', [])).toBe('127.0.0.1')
  })

  it('takes addresses and ranges for proxies', () => {
    expect(
      ['10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8', 'proxy', '10.0.0.0/99', ''].map(isAddressRange),
    ).toEqual([true, true, true, true, false, false, false])
  })
})
