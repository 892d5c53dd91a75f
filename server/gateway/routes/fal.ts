// What fal's clients call: the apps (once, streamed, on a socket), the queue, storage, tokens and the proxy. Where fal
// has several hosts there are several paths here; fal-addresses.ts leads from one to the other.
import { DEFAULT_APP, FAL_APPS, spellings } from '../../compat/fal-apps.ts'
import type { FalApp } from '../../compat/fal-apps.ts'
import { FalFiles } from '../../compat/fal-files.ts'
import { appOfHost } from '../../compat/fal-hosts.ts'
import { falRealtime } from '../../compat/fal-realtime.ts'
import { falRest } from '../../compat/fal-rest.ts'
import { falStream } from '../../compat/fal-stream.ts'
import type { RequestFacts } from '../../compat/dialect.ts'
import type { RouteEntry, RouteModule } from '../route.ts'
import { json } from '../replies.ts'
import { proxyRoutes } from './fal-addresses.ts'
import { queueRoutes } from './fal-queue.ts'
import { FAL_HANDLER } from './fal-replies.ts'
import { storageRoutes } from './fal-storage.ts'
import { aliasOf, tokenRoutes } from './fal-tokens.ts'

export const falRoutes: RouteModule = (context) => {
  const files = new FalFiles({ nowMs: () => context.clock.now(), newId: context.newId })
  return [
    ...['/ws', '/realtime'].map(
      (path) =>
        ({ path, auth: 'key', app: aliasOfHost, door: falRealtime({ app: undefined, files }) }) as const,
    ),
    at('POST', '/', aliasOfHost, falRest({ app: DEFAULT_APP, files })),
    ...FAL_APPS.flatMap((app) => appRoutes(app, files)),
    ...queueRoutes(context, files),
    ...storageRoutes(context, files),
    ...tokenRoutes(context),
    ...proxyRoutes(),
    // Receivers of webhooks look up here what the signature is checked with.
    {
      ...FAL_HANDLER,
      path: '/.well-known/jwks.json',
      method: 'GET',
      auth: 'open',
      handle: () => json(200, context.webhooks.keySet),
    },
  ]
}

/** The bare paths are the app that the host names, else the default. */
function aliasOfHost({ headers }: RequestFacts): string {
  return aliasOf(appOfHost(headers['host']) ?? DEFAULT_APP.id)
}

function appRoutes(app: FalApp, files: FalFiles): RouteEntry[] {
  const once = falRest({ app, files })
  const stream = falStream({ app, files })
  const socket = falRealtime({ app, files })
  const alias = () => aliasOf(app.id)
  return spellings(app).flatMap((id): RouteEntry[] => [
    at('POST', `/${id}`, alias, once),
    at('GET', `/${id}`, alias, once),
    // `https://{app}.gateway.alpha.fal.ai/` with a path of its own, and clients that end every address so.
    at('POST', `/${id}/`, alias, once),
    at('GET', `/${id}/`, alias, once),
    at('POST', `/${id}/stream`, alias, stream),
    { path: `/${id}/ws`, auth: 'key', app: alias, door: socket },
    { path: `/${id}/realtime`, auth: 'key', app: alias, door: socket },
  ])
}

type Alias = (facts: RequestFacts) => string
type Door = ReturnType<typeof falRest> | ReturnType<typeof falStream>

function at(method: 'GET' | 'POST', path: string, app: Alias, door: Door): RouteEntry {
  return { path, method, auth: 'key', cors: true, app, door }
}
