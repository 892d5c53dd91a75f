import { isIP } from 'node:net'
import { isFalHost } from '../compat/fal-hosts.ts'

/** Who may call from a browser. Anything without an Origin header is no browser and passes. */
export interface OriginRule {
  /** Origins such as `https://draw.example.org` or `tauri://localhost`, exactly. */
  readonly allowed: readonly string[]
  /** The server listens on a loopback address only. */
  readonly loopbackOnly: boolean
}

/**
 * An origin as browsers write it. Apps and extensions have schemes of their own (`capacitor://localhost`,
 * `chrome-extension://abcd`), for which the URL parser knows no origin: they are their scheme and host.
 */
export function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { origin, protocol, host } = new URL(text)
  return origin === 'null' ? host !== '' && text === `${protocol}//${host}` : text === origin
}

export function isLoopbackHost(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '').toLowerCase()
  return (
    bare === 'localhost' || bare.endsWith('.localhost') || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare)
  )
}

/**
 * Listed origins pass, loopback ones on any port (`next dev` has its own), and the server's own origin. The last only
 * where the server is meant to be reached by name: on a loopback server a foreign name in both Origin and Host is DNS
 * rebinding.
 */
export function isAllowedOrigin(
  origin: string | undefined,
  host: string | undefined,
  rule: OriginRule,
): boolean {
  if (origin === undefined || origin === '' || rule.allowed.includes(origin)) return true
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) return false
  if (isLoopbackHost(url.hostname) || rule.allowed.includes(url.origin)) return true
  return !rule.loopbackOnly && host !== undefined && url.host === host.toLowerCase()
}

/**
 * Names that the owner of this machine stands for: loopback ones, addresses in figures, those of listed sites with all
 * below them (`queue.` and apps of fal's clients), and fal's own, which lead here only where somebody mapped them.
 */
export function isAllowedHost(host: string, { allowed, loopbackOnly }: OriginRule): boolean {
  if (!loopbackOnly) return true
  const name = host.toLowerCase().replace(/:\d*$/, '')
  const isListed = allowed.some((origin) => {
    const { hostname, protocol } = new URL(origin)
    // The host of an app's own scheme is no name on the network: whoever owns that name there is somebody else.
    if (protocol !== 'http:' && protocol !== 'https:') return false
    return name === hostname || name.endsWith(`.${hostname}`)
  })
  return isLoopbackHost(name) || isIP(name.replace(/^\[|\]$/g, '')) !== 0 || isListed || isFalHost(name)
}
