import type { WireError } from '../../lib/protocol/errors.ts'
import type { Answer, Reply, RequestHead } from './host.ts'
import { isAllowedHost, isAllowedOrigin, isOrigin } from './origin.ts'
import type { OriginRule } from './origin.ts'

export interface PagesOptions {
  readonly rule: OriginRule
  /** Whether the server asks for keys. */
  readonly hasKeys: boolean
}

/** Which pages may call this server, and what their browsers are told of its answers. */
export class Pages {
  readonly #rule: OriginRule
  readonly #hasKeys: boolean

  constructor({ rule, hasKeys }: PagesOptions) {
    this.#rule = rule
    this.#hasKeys = hasKeys
  }

  /** What a page that may not call hears; `granted` are the origins of the caller's own token. */
  foreign(head: RequestHead, granted: readonly string[]): WireError | undefined {
    // A key is what a page under a rebound name has not.
    return checkOrigin(head, this.#rule, granted) ?? (this.#hasKeys ? undefined : checkHost(head, this.#rule))
  }

  /**
   * The answer to the browser's question before a cross-origin request; an error where the request itself would be
   * refused, as far as the question tells: it comes without the key or token that the request will bring.
   */
  preflight(head: RequestHead, methods: readonly string[], withCredentials: boolean): Reply | WireError {
    const foreign = this.#hasKeys ? undefined : this.foreign(head, [])
    return foreign ?? this.shown(preflight(head, methods), head, withCredentials)
  }

  /**
   * For replies to origins that were let in: their pages may read it.
   *
   * @param withCredentials also where the page had the browser send what it keeps for this server (`credentials: 'include'`)
   */
  shown<A extends Answer>(answer: A, head: RequestHead, withCredentials = false): A {
    const { origin } = head.headers
    if (!origin || 'access-control-allow-origin' in answer.headers) return answer
    const { vary } = answer.headers
    const cors = {
      'access-control-allow-origin': origin,
      'access-control-expose-headers': EXPOSED,
      vary: vary === undefined ? 'origin' : `${vary}, origin`,
      ...(withCredentials && this.#isTrusted(origin) ? { 'access-control-allow-credentials': 'true' } : {}),
    }
    return { ...answer, headers: { ...answer.headers, ...cors } }
  }

  /**
   * With keys a browser may keep one (as the password in an address), and then any page on this machine would draw with
   * it: the operator names those that may. Without keys there is nothing to keep.
   */
  #isTrusted(origin: string): boolean {
    return !this.#hasKeys || this.#rule.allowed.includes(origin)
  }
}

function checkOrigin(head: RequestHead, rule: OriginRule, granted: readonly string[]): WireError | undefined {
  const { origin, host } = head.headers
  if (origin === undefined && head.headers['sec-fetch-site'] === 'cross-site') return BY_A_FOREIGN_PAGE
  if (isAllowedOrigin(origin, host, rule) || (origin !== undefined && granted.includes(origin)))
    return undefined
  // `null` is what sandboxed frames and file:// pages send; there is no such origin to allow.
  const remedy = isOrigin(origin ?? '')
    ? `start it with SKETCHWIRE_ORIGINS=${origin}`
    : 'serve the page over http or https'
  const message = `Pages of ${origin} may not use this server; to let them, ${remedy}`
  return { code: 'forbidden_origin', message, field: 'origin', value: origin }
}

/**
 * A page under a name that was made to lead to this machine (DNS rebinding) is of the same origin as this server, so its
 * GET says no Origin; what it cannot choose is the Host. For servers that let in whoever reaches them.
 */
function checkHost({ headers }: RequestHead, rule: OriginRule): WireError | undefined {
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

function preflight(head: RequestHead, methods: readonly string[]): Reply {
  const asked = head.headers['access-control-request-headers'] ?? 'content-type'
  const headers = {
    'access-control-allow-methods': [...methods, 'OPTIONS'].join(', '),
    'access-control-max-age': '600',
    'access-control-allow-headers': asked.replace(/[^\w, -]/g, ''),
  }
  return { status: 204, headers, body: '' }
}

const EXPOSED = 'x-fal-request-id, x-fal-request-timeout-type, retry-after'
