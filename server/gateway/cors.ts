import type { WireError } from '../../lib/protocol/errors.ts'
import type { Answer, Reply, RequestHead } from './host.ts'
import { isAllowedHost, isAllowedOrigin } from './origin.ts'
import type { OriginRule } from './origin.ts'

/** What a page of an origin that is not let in hears; `granted` are the origins of the caller's own token. */
export function checkOrigin(
  head: RequestHead,
  rule: OriginRule,
  granted: readonly string[],
): WireError | undefined {
  const { origin, host } = head.headers
  if (origin === undefined && head.headers['sec-fetch-site'] === 'cross-site') return BY_A_FOREIGN_PAGE
  if (isAllowedOrigin(origin, host, rule) || (origin !== undefined && granted.includes(origin)))
    return undefined
  // `null` is what sandboxed frames and file:// pages send; there is no such origin to allow.
  const remedy = URL.canParse(origin ?? '')
    ? `start it with SKETCHWIRE_ORIGINS=${origin}`
    : 'serve the page over http or https'
  const message = `Pages of ${origin} may not use this server; to let them, ${remedy}`
  return { code: 'forbidden_origin', message, field: 'origin', value: origin }
}

/**
 * A page under a name that was made to lead to this machine (DNS rebinding) is of the same origin as this server, so its
 * GET says no Origin; what it cannot choose is the Host. For servers that let in whoever reaches them.
 */
export function checkHost({ headers }: RequestHead, rule: OriginRule): WireError | undefined {
  const { origin, host } = headers
  if (origin || host === undefined || isAllowedHost(host, rule)) return undefined
  const value = host.slice(0, 80)
  const message = `This server is not known as ${value}; call it as localhost, or start it with SKETCHWIRE_ORIGINS=http://${value}`
  return { code: 'forbidden_origin', message, field: 'host', value }
}

/** A picture or a link of another site sends no Origin, and would still make this server work. */
const BY_A_FOREIGN_PAGE: WireError = {
  code: 'forbidden_origin',
  message: 'Pages of other sites may call this only with fetch, which says where it comes from',
  field: 'sec-fetch-site',
  value: 'cross-site',
}

/** The answer to the browser's question before a cross-origin request. */
export function preflight(head: RequestHead, methods: readonly string[]): Reply {
  const asked = head.headers['access-control-request-headers'] ?? 'content-type'
  const headers = {
    'access-control-allow-methods': [...methods, 'OPTIONS'].join(', '),
    'access-control-max-age': '600',
    'access-control-allow-headers': asked.replace(/[^\w, -]/g, ''),
  }
  return withCors({ status: 204, headers, body: '' }, head)
}

/** Only for replies to origins that were let in. */
export function withCors<A extends Answer>(answer: A, head: RequestHead): A {
  const { origin } = head.headers
  if (!origin) return answer
  const cors = {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': EXPOSED,
    vary: 'origin',
  }
  return { ...answer, headers: { ...answer.headers, ...cors } }
}

const EXPOSED = 'x-fal-request-id, x-fal-request-timeout-type, retry-after'
