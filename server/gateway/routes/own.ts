import { native } from '../../compat/native.ts'
import { machineFacts } from '../machine.ts'
import { json, jsonError, text } from '../replies.ts'
import type { HandlerRouteEntry, RouteContext, RouteModule } from '../route.ts'

/** Our own wire, and what tells about this server. */
export const ownRoutes: RouteModule = (context) => [
  { path: '/api/live', auth: 'key', door: native },
  { ...get('/livez'), auth: 'open', handle: () => text(200, 'alive') },
  { ...get('/readyz'), auth: 'open', handle: () => readiness(context) },
  { ...get('/api/model'), handle: () => facts(context) },
]

/** Enough to read a stray body and answer in words. */
const STRAY_BODY_LIMIT_BYTES = 64 * 1024

function get(path: string) {
  const rest = {
    auth: 'key',
    cors: false,
    bodyLimitBytes: STRAY_BODY_LIMIT_BYTES,
    refuse: jsonError,
  } as const
  return { path, method: 'GET', ...rest } satisfies Omit<HandlerRouteEntry, 'handle'>
}

function facts({ model, engine }: RouteContext) {
  return json(200, { model, engine: engine.state(), machine: machineFacts() })
}

function readiness({ engine, models, registry }: RouteContext) {
  const { name, detail } = engine.state()
  const isReady = name === 'ready' && !registry.leaving
  return json(isReady ? 200 : 503, {
    ready: isReady,
    engine: name,
    model: models.active,
    ...(models.loading === undefined ? {} : { loadingModel: models.loading }),
    provider: engine.info.provider,
    ...(engine.providerReason ? { providerReason: engine.providerReason } : {}),
    ...(engine.precision
      ? { precision: engine.precision.name, precisionReason: engine.precision.reason }
      : {}),
    draining: registry.leaving,
    ...(detail ? { detail } : {}),
  })
}
