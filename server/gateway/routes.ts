import type { SocketDialect } from '../compat/dialect.ts'
import { DEFAULT_APP } from '../compat/fal-apps.ts'
import { falRealtime } from '../compat/fal-realtime.ts'
import { falRest } from '../compat/fal-rest.ts'
import { native } from '../compat/native.ts'
import { ERROR_TABLE } from '../../lib/protocol/errors.ts'
import type { WireError } from '../../lib/protocol/errors.ts'
import type { Engine } from '../engine/engine.ts'
import { bindSocket, OpenSockets, tooLarge } from './bind.ts'
import type { BindDeps } from './bind.ts'
import { OnceDoor } from './bind-once.ts'
import type { HttpRequest, Reply, RequestHead, SocketRoute, WebApp } from './host.ts'
import { machineFacts } from './machine.ts'
import { isAllowedOrigin } from './origin.ts'
import type { OriginRule } from './origin.ts'
import type { StaticFiles } from './static-files.ts'

/** The sockets: the only list of dialects that have one. */
const SOCKETS: readonly { readonly path: string; readonly dialect: SocketDialect }[] = [
  { path: '/api/live', dialect: native },
  { path: '/ws', dialect: falRealtime(DEFAULT_APP) },
  { path: '/realtime', dialect: falRealtime(DEFAULT_APP) },
]

/** The doors that answer one request: fal's own paths for its first two forms. */
const FAL_PATHS = ['/', '/fal-ai/lcm-sd15-i2i', '/110602490-lcm-sd15-i2i']

export interface RouteDeps extends BindDeps {
  readonly engine: Engine
  readonly files: StaticFiles
  readonly origins: OriginRule
}

export interface Routes extends WebApp {
  readonly open: OpenSockets
}

/** Enough to read a stray body and answer in words. */
const OTHER_BODY_LIMIT_BYTES = 64 * 1024

type Handler = (request: HttpRequest) => Reply | Promise<Reply>

/** Everything that answers on the one port. */
export function createRoutes(deps: RouteDeps): Routes {
  const open = new OpenSockets()
  const falDialect = falRest(DEFAULT_APP)
  const door = new OnceDoor(falDialect, deps)
  const isDoor = (head: RequestHead) => head.method === 'POST' && FAL_PATHS.includes(head.path)
  const table = httpTable(deps, door)
  return {
    open,
    sockets: SOCKETS.map(({ path, dialect }) => socketRoute(path, dialect, { deps, open })),
    bodyLimitBytes: (head) => (isDoor(head) ? falDialect.messageLimitBytes : OTHER_BODY_LIMIT_BYTES),
    bodyTooLarge: (head, limit) => {
      const error = tooLarge(Number(head.headers['content-length'] ?? limit + 1), limit)
      return isDoor(head) ? withCors(door.refuse(error), head, deps.origins) : jsonError(error)
    },
    respond: async (request) => {
      try {
        return await respond(request, table, deps)
      } catch (error) {
        deps.onBug(`answering ${request.method} ${request.path}`, error)
        return jsonError({
          code: 'internal',
          message: 'The server failed on this request; its log says why. Try again.',
        })
      }
    },
  }
}

function socketRoute(
  path: string,
  dialect: SocketDialect,
  { deps, open }: { deps: RouteDeps; open: OpenSockets },
): SocketRoute {
  const bind = bindSocket(dialect, deps, open)
  return {
    path,
    maxMessageBytes: dialect.messageLimitBytes * 2,
    upgrade: (head) => refuseOrigin(head, deps.origins) ?? bind(head),
  }
}

/** Path, then method. A path that is not here is a page. */
function httpTable(deps: RouteDeps, door: OnceDoor): ReadonlyMap<string, Readonly<Record<string, Handler>>> {
  const table = new Map<string, Readonly<Record<string, Handler>>>([
    ['/livez', { GET: () => text(200, 'alive') }],
    ['/readyz', { GET: () => readiness(deps) }],
    [
      '/api/model',
      { GET: () => json(200, { model: deps.model, engine: deps.engine.state(), machine: machineFacts() }) },
    ],
  ])
  const post: Handler = async (request) => {
    const refusal = refuseOrigin(request, deps.origins)
    return refusal ?? withCors(await door.respond(request), request, deps.origins)
  }
  for (const path of FAL_PATHS)
    table.set(path, { POST: post, OPTIONS: (request) => preflight(request, deps.origins) })
  return table
}

async function respond(
  request: HttpRequest,
  table: ReturnType<typeof httpTable>,
  deps: RouteDeps,
): Promise<Reply> {
  const entry = table.get(request.path)
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const handler = entry?.[method]
  if (handler) return await handler(request)
  if (SOCKETS.some(({ path }) => path === request.path)) return socketOnly(request)
  if (!entry && method === 'POST') return notFound(request)
  if (method !== 'GET') return methodNotAllowed(request, entry)
  const page = await deps.files.respond(request)
  if (page) return page
  if (entry && request.path !== '/') return methodNotAllowed(request, entry)
  return request.path.startsWith('/api/') ? notFound(request) : await deps.files.notFound(request)
}

function methodNotAllowed(request: HttpRequest, entry: Readonly<Record<string, Handler>> | undefined): Reply {
  // Every path that is not in the table, and `/`, is a page.
  const isPage = entry === undefined || request.path === '/'
  const methods = [...Object.keys(entry ?? {}), ...(isPage ? ['GET'] : [])]
  const allowed = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ')
  const message = `${request.path} does not take ${request.method}; use ${allowed}`
  const reply = jsonError({
    code: 'method_not_allowed',
    message,
    field: 'method',
    value: request.method,
    range: allowed,
  })
  return { ...reply, headers: { ...reply.headers, allow: allowed } }
}

function socketOnly(request: HttpRequest): Reply {
  const message = `${request.path} is a WebSocket; connect to it with ws:// or wss://`
  return jsonError({ code: 'upgrade_required', message })
}

function notFound(request: HttpRequest): Reply {
  const sockets = SOCKETS.map(({ path }) => path).join(', ')
  const doors = FAL_PATHS.join(', ')
  const message = `Nothing answers ${request.method} ${request.path}; POST requests go to ${doors}, sockets are at ${sockets}, facts at /api/model`
  return jsonError({ code: 'not_found', message })
}

function readiness({ engine, registry }: RouteDeps): Reply {
  const { name, detail } = engine.state()
  const isReady = name === 'ready' && !registry.draining
  return json(isReady ? 200 : 503, {
    ready: isReady,
    engine: name,
    draining: registry.draining,
    ...(detail ? { detail } : {}),
  })
}

function refuseOrigin(head: RequestHead, rule: OriginRule): Reply | undefined {
  const { origin, host } = head.headers
  if (isAllowedOrigin(origin, host, rule)) return undefined
  // `null` is what sandboxed frames and file:// pages send; there is no such origin to allow.
  const remedy = URL.canParse(origin ?? '')
    ? `start it with SKETCHWIRE_ORIGINS=${origin}`
    : 'serve the page over http or https'
  const message = `Pages of ${origin} may not use this server; to let them, ${remedy}`
  return jsonError({ code: 'forbidden_origin', message, field: 'origin', value: origin })
}

/** The answer to the browser's question before a cross-origin POST of JSON. */
function preflight(request: HttpRequest, rule: OriginRule): Reply {
  const refusal = refuseOrigin(request, rule)
  if (refusal) return refusal
  const asked = request.headers['access-control-request-headers'] ?? 'content-type'
  const reply = {
    status: 204,
    headers: { 'access-control-allow-methods': 'POST, OPTIONS', 'access-control-max-age': '600' },
    body: '',
  }
  const headers = { ...reply.headers, 'access-control-allow-headers': asked.replace(/[^\w, -]/g, '') }
  return withCors({ ...reply, headers }, request, rule)
}

function withCors(reply: Reply, head: RequestHead, rule: OriginRule): Reply {
  const { origin, host } = head.headers
  if (!origin || !isAllowedOrigin(origin, host, rule)) return reply
  const cors = {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'x-fal-request-id',
    vary: 'origin',
  }
  return { ...reply, headers: { ...reply.headers, ...cors } }
}

function json(status: number, body: unknown): Reply {
  const headers = {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  }
  return { status, headers, body: JSON.stringify(body) }
}

/** Beside our own words those of fal, whose clients show `message`. */
function jsonError(error: WireError): Reply {
  const { code, message } = error
  return json(ERROR_TABLE[code].httpStatus, { error, detail: message, message })
}

function text(status: number, body: string): Reply {
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    body,
  }
}
