// The ways in that are not paths of this server: fal's own hosts (host mapping, FAL_RUN_HOST) and the proxy that browser
// clients are pointed at. Both become paths here before anything else looks at the request, so what the path asks for,
// a key say, is asked of them too.
import { falTarget, pathOnThisServer } from '../../compat/fal-hosts.ts'
import type { RequestHead, WebApp } from '../host.ts'
import type { RouteEntry } from '../route.ts'
import { FAL_HANDLER, falRefusal } from './fal-replies.ts'

const PROXY = '/api/fal/proxy'
const TARGET = 'x-fal-target-url'

/**
 * The same app, reached by fal's addresses too.
 *
 * @param isTls the host itself speaks TLS; addresses that clients are given then say https
 */
export function withFalAddresses(app: WebApp, isTls: boolean): WebApp {
  const placed = (head: RequestHead): RequestHead => {
    const here = placeOf(head)
    return isTls ? { ...here, headers: { ...here.headers, 'x-forwarded-proto': 'https' } } : here
  }
  return {
    sockets: app.sockets,
    receive: (head) => app.receive(placed(head)),
  }
}

function placeOf(head: RequestHead): RequestHead {
  if (head.path !== PROXY) return { ...head, path: pathOnThisServer(head.headers['host'], head.path) }
  const target = falTarget(head.headers[TARGET] ?? '')
  return target && head.method !== 'OPTIONS' ? { ...head, ...target } : head
}

/** What is left of the proxy's address: requests that name no target, or one that is not fal's. */
export function proxyRoutes(): RouteEntry[] {
  return (['GET', 'POST', 'PUT'] as const).map((method) => ({
    ...FAL_HANDLER,
    path: PROXY,
    method,
    auth: 'open',
    handle: ({ facts }) => {
      const value = facts.headers[TARGET]
      const message =
        value === undefined
          ? `The ${TARGET} header is missing; fal's client sends it when this address is its proxyUrl`
          : `${TARGET} names no address of fal's; this proxy stands in for fal and calls nobody else`
      return falRefusal({
        code: 'invalid_message',
        message,
        field: TARGET,
        ...(value === undefined ? {} : { value: value.slice(0, 80) }),
      })
    },
  }))
}
