// fal spreads over several hosts what this server answers on one. Clients reach it by host mapping (the Host header is
// fal's), by FAL_RUN_HOST (`queue.` is put in front), or through the proxy, which names the original address.

/** Where the queue's paths live on a server that has one name only. */
export const QUEUE_PREFIX = '/queue'

/**
 * The path on this server that stands for `path` on one of fal's hosts: the queue under /queue, an app with a host of
 * its own (`{app}.gateway.alpha.fal.ai`) under /{app}. On any other host, ours too, a path stands for itself; somebody
 * may well draw at queue.example.org.
 */
export function pathOnThisServer(host: string | undefined, path: string): string {
  const app = appOfHost(host)
  if (app !== undefined)
    return path === '/' ? `/${app}` : path.startsWith('/files/') ? path : `/${app}${path}`
  return isQueueHost(host) && OWNED.test(path) ? `${QUEUE_PREFIX}${path}` : path
}

const OWNED = /^\/(fal-ai|\d+)[/-]/

function isQueueHost(host: string | undefined): boolean {
  return /^queue\./i.test(host ?? '')
}

/** The app that a host of its own stands for: `110602490-lcm-sd15-i2i.gateway.alpha.fal.ai`. */
export function appOfHost(host: string | undefined): string | undefined {
  return /^(\d+-[\w-]+)\.gateway\./.exec((host ?? '').toLowerCase())?.[1]
}

/** Where the queue answers for those who called this host, with no slash at the end. */
export function queueBase(origin: string, host: string | undefined): string {
  return isQueueHost(host) ? origin : `${origin}${QUEUE_PREFIX}`
}

const FAL_HOSTS = [
  /^fal\.run$/,
  /^queue\.fal\.run$/,
  /^rest(\.alpha)?\.fal\.(ai|run)$/,
  /^[\w-]+\.gateway\.alpha\.fal\.ai$/,
  /^(v\d+[a-z]?\.)?fal\.media$/,
]

/** Without a port. */
export function isFalHost(hostname: string): boolean {
  return FAL_HOSTS.some((host) => host.test(hostname))
}

/**
 * The path and query on this server that stand for an address of fal's; `undefined` for everybody else's addresses,
 * which a proxy must not be talked into.
 */
export function falTarget(address: string): { readonly path: string; readonly query: string } | undefined {
  if (!URL.canParse(address)) return undefined
  const url = new URL(address)
  const isFal = url.protocol === 'https:' && url.port === '' && isFalHost(url.hostname)
  if (!isFal || url.username !== '' || url.password !== '') return undefined
  return { path: pathOnThisServer(url.hostname, url.pathname), query: url.search.slice(1) }
}

/** Scheme and host by which this client reaches the server, for addresses it is given. */
export function originOf(headers: Readonly<Record<string, string>>): string {
  const host = headers['host'] ?? 'localhost'
  const isFal = /\.fal\.(ai|run|media)$|^fal\.(run|media)$/i.test(host)
  const scheme = isFal || headers['x-forwarded-proto'] === 'https' ? 'https' : 'http'
  return `${scheme}://${host}`
}
