// What requests hear that found no entry of the route table: what is wrong, and where to go instead.
import type { Reply, RequestHead } from './host.ts'
import { nearPaths } from './nearest-path.ts'
import { jsonError } from './replies.ts'
import { answersHead } from './route.ts'
import type { HttpRouteEntry, RouteEntry } from './route.ts'
import type { Found } from './route-table.ts'

export function notFound({ method, path }: RequestHead, entries: readonly RouteEntry[]): Reply {
  const known = entries.flatMap((entry) =>
    !('method' in entry) || entry.method === method ? [entry.path] : [],
  )
  const near = nearPaths(path, known)
  const remedy = near.length === 0 ? FAMILIES : `near to it is ${near.join(', ')}`
  return jsonError({
    code: 'not_found',
    message: `Nothing answers ${method} ${path.slice(0, 200)}; ${remedy}`,
  })
}

const FAMILIES =
  "fal's apps are below /fal-ai, AUTOMATIC1111's API is below /sdapi/v1, and drawing is at /api/live (docs/compat.md)"

/** @param here entries at this path that take other methods */
export function methodNotAllowed(request: RequestHead, here: readonly Found<HttpRouteEntry>[]): Reply {
  // Every path that is not in the table, and `/`, is a page.
  const isPage = here.length === 0 || request.path === '/'
  const methods = here.flatMap(({ entry }) => [
    entry.method,
    ...(answersHead(entry) ? ['HEAD'] : []),
    ...(entry.cors ? ['OPTIONS'] : []),
  ])
  const allowed = [...new Set([...methods, ...(isPage ? ['GET', 'HEAD'] : [])])].join(', ')
  const reply = jsonError({
    code: 'method_not_allowed',
    message: `${request.path} does not take ${request.method}; use ${allowed}`,
    field: 'method',
    value: request.method,
    range: allowed,
  })
  return { ...reply, headers: { ...reply.headers, allow: allowed } }
}

export function socketOnly(request: RequestHead): Reply {
  const message = `${request.path} is a WebSocket; connect to it with ws:// or wss://`
  return jsonError({ code: 'upgrade_required', message })
}
