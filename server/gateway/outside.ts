// The only way out of this server: to listed hosts, at public addresses, and to nowhere else however a name changes.
import { lookup as dnsLookup } from 'node:dns'
import type { LookupAddress } from 'node:dns'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { Agent, request } from 'undici'

export interface OutsideRules {
  /** `example.org`, `*.example.org`, or with a port; without one only the ports of http and https. */
  readonly hosts: readonly string[]
  /** For tests, whose servers have no public address. */
  readonly isPublicAddress?: (address: string) => boolean
}

/** What lies at an address, in words for whoever named it. */
export interface Subject {
  readonly name: string
  /** Completes "Pictures of example.org ...". */
  readonly many: string
  readonly verb: string
  /** What to do instead of an address that is not public. */
  readonly instead: string
}

export interface OutsideRequest {
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal
}

/** Its message is for whoever named the address. */
export class Refused extends Error {
  override readonly name = 'Refused'
}

/** An address that every network on earth means the same by: not loopback, private, link-local, CGNAT, multicast. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  // `process` unwraps IPv4 in IPv6; 6to4, Teredo and NAT64 wrap it too, and are not `unicast`.
  return ipaddr.process(address).range() === 'unicast'
}

/**
 * Requests to listed hosts only. The name is resolved once, every address it has must be public, and the connection goes
 * to what was checked. Redirects are the caller's business: each leads through `request` again.
 */
export class Outside {
  readonly #hosts: readonly string[]
  readonly #isPublic: (address: string) => boolean
  readonly #subject: Subject
  readonly #agent: Agent

  constructor(rules: OutsideRules, subject: Subject) {
    this.#hosts = rules.hosts.map((host) => host.toLowerCase())
    this.#isPublic = rules.isPublicAddress ?? isPublicAddress
    this.#subject = subject
    const connect = { lookup: this.#pinnedLookup() }
    this.#agent = new Agent({ connect, pipelining: 0, keepAliveTimeout: 1 })
  }

  /** @throws Refused what this server does not call, as far as the address itself tells */
  check(url: URL): void {
    const { name, many, verb } = this.#subject
    if (url.protocol !== 'http:' && url.protocol !== 'https:')
      throw new Refused(`The address of a ${name} begins with http:// or https://`)
    if (url.username !== '' || url.password !== '')
      throw new Refused(`The address of a ${name} holds no user name`)
    if (!this.#hosts.some((listed) => matchesHost(url, listed)))
      throw new Refused(`${many} ${url.host} are not ${verb}; to let them, add it to SKETCHWIRE_FETCH_HOSTS`)
    // An address in figures is never looked up, so it is checked here.
    const bare = url.hostname.replace(/^\[|\]$/g, '')
    if (isIP(bare) !== 0 && !this.#isPublic(bare)) throw this.#notPublic()
  }

  /** @throws Refused as `check`, and for a name of no public address; the network's own errors as they are */
  async request(url: URL, options: OutsideRequest) {
    this.check(url)
    const reply = await request(url, { ...options, dispatcher: this.#agent })
    // Destroying it, as callers do with what they do not read, is an error that is no news.
    reply.body.on('error', () => undefined)
    return reply
  }

  #notPublic(): Refused {
    const { name, instead } = this.#subject
    return new Refused(`The address of the ${name} is not a public one; ${instead}`)
  }

  /** Resolves once and hands out exactly what it has checked: between check and connection no name can change. */
  #pinnedLookup() {
    return (hostname: string, options: { all?: boolean | undefined }, done: LookupDone): void => {
      dnsLookup(hostname, { all: true }, (error, addresses) => {
        const [first] = addresses ?? []
        if (error || !first) return done(error ?? new Error('no address'), [])
        if (!addresses.every(({ address }) => this.#isPublic(address))) return done(this.#notPublic(), [])
        if (options.all) done(null, addresses)
        else done(null, first.address, first.family)
      })
    }
  }
}

type LookupDone = (error: Error | null, address: string | LookupAddress[], family?: number) => void

/** `url.port` is empty for the usual port of its protocol. */
function matchesHost({ hostname, port }: URL, listed: string): boolean {
  const [, name = '', listedPort = ''] = /^(.*?)(?::(\d+))?$/.exec(listed) ?? []
  if (port !== listedPort) return false
  return name.startsWith('*.')
    ? hostname.endsWith(name.slice(1)) && hostname.length > name.length - 1
    : hostname === name
}
