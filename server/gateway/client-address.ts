// The address behind a reverse proxy. X-Forwarded-For is a text anyone can write, so it is read from the right, and only
// as far as those who wrote it are listed.
import ipaddr from 'ipaddr.js'
import type { RequestHead, WebApp } from './host.ts'

/** An address, or a range such as `10.0.0.0/8`. */
export function isAddressRange(text: string): boolean {
  return ipaddr.isValid(text) || ipaddr.isValidCIDR(text)
}

/** The same app, to which requests that came through listed proxies come from where those had them from. */
export function withClientAddresses(app: WebApp, proxies: readonly string[]): WebApp {
  if (proxies.length === 0) return app
  const placed = (head: RequestHead) => ({ ...head, remoteAddress: clientOf(head, proxies) })
  return {
    sockets: app.sockets.map((route) => ({ ...route, upgrade: (head) => route.upgrade(placed(head)) })),
    receive: (head) => app.receive(placed(head)),
  }
}

function clientOf({ headers, remoteAddress }: RequestHead, proxies: readonly string[]): string {
  const hops = (headers['x-forwarded-for'] ?? '').split(',').reverse()
  let client = remoteAddress
  for (const hop of hops) {
    const before = addressIn(hop.trim())
    if (before === undefined || !isListed(client, proxies)) break
    client = before
  }
  return client
}

/** Some write the port behind it, and then IPv6 in brackets. */
function addressIn(hop: string): string | undefined {
  const [, bracketed, plain] = /^\[([^\]]+)\](?::\d+)?$|^([\d.]+):\d+$/.exec(hop) ?? []
  const text = bracketed ?? plain ?? hop
  return ipaddr.isValid(text) ? ipaddr.process(text).toString() : undefined
}

function isListed(address: string, proxies: readonly string[]): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  return proxies.some((listed) => {
    const [range, bits] = rangeOf(listed)
    return parsed.kind() === range.kind() && parsed.match(range, bits)
  })
}

function rangeOf(listed: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (listed.includes('/')) return ipaddr.parseCIDR(listed)
  const address = ipaddr.process(listed)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}
