// Every route around a paused fake engine, on a host without a network: for tests that need neither port nor picture.
import { Authenticator } from '../../auth/authenticator.ts'
import { isSubject } from '../../auth/identity.ts'
import { onlyModel } from '../../models/models.ts'
import type { Models } from '../../models/models.ts'
import { harness } from '../../session/testing/harness.ts'
import type { HarnessOptions } from '../../session/testing/harness.ts'
import { refuseToFetch } from '../fetch-image.ts'
import type { FetchImage } from '../fetch-image.ts'
import { FetchTurns } from '../fetch-turns.ts'
import { MemoryClient, MemoryHost } from '../memory-host.ts'
import type { RouteModule } from '../route.ts'
import { Routes } from '../routes.ts'
import type { RouteDeps } from '../routes.ts'
import { ALL_ROUTES } from '../routes/all.ts'
import { StaticFiles } from '../static-files.ts'
import { noWebhooks } from './no-webhooks.ts'

export interface MemoryServerOptions extends HarnessOptions {
  readonly keys?: readonly string[]
  readonly origins?: readonly string[]
  readonly fetchImage?: FetchImage
  /** The engine's own, for good, by default. */
  readonly models?: Models
  /** Beside all of the server's own. */
  readonly modules?: readonly RouteModule[]
  readonly incomingLimits?: RouteDeps['incomingLimits']
  /** Which callers see their jobs of all doors; as on a server, those of tokens by default. */
  readonly mayWatchAll?: (caller: string) => boolean
  /** Thrown by default. */
  readonly onBug?: RouteDeps['onBug']
}

const throwBug: RouteDeps['onBug'] = (_where, error) => {
  throw error
}

/** Listens on loopback only, as far as its rules for origins know. */
export async function memoryServer(options: MemoryServerOptions = {}) {
  const { keys = [], origins = [], fetchImage = refuseToFetch, ...others } = options
  const {
    models,
    modules = [],
    incomingLimits,
    mayWatchAll = isSubject,
    onBug = throwBug,
    ...ofWorld
  } = others
  const world = harness(ofWorld)
  const { clock, registry, engine } = world
  const auth = new Authenticator({ keys, tokenSecret: undefined, clock, epochMs: () => clock.now() })
  const socketChanges: string[] = []
  const routes = new Routes({
    registry,
    engine,
    models: models ?? onlyModel(engine),
    model: engine.info,
    clock,
    files: new StaticFiles('no-such-folder'),
    origins: { allowed: origins, loopbackOnly: true },
    modules: [...ALL_ROUTES, ...modules],
    auth,
    fetches: new FetchTurns(fetchImage),
    webhooks: noWebhooks(clock),
    mayWatchAll,
    ...(incomingLimits && { incomingLimits }),
    onSocket: (dialect, change, code) => socketChanges.push(`${dialect} ${change} ${code}`),
    onBug,
  })
  const host = new MemoryHost(routes)
  await host.listen({ host: '', port: 0 })
  const close = async () => {
    await host[Symbol.asyncDispose]()
    await world.close()
  }
  return { ...world, auth, routes, host, socketChanges, open: (path: string) => open(host, path), close }
}

async function open(host: MemoryHost, path: string) {
  const client = await host.connect({ path })
  if (!(client instanceof MemoryClient)) throw new Error(`refused with ${client.status}`)
  const read = () => client.flush().map((message) => JSON.parse(String(message)))
  return { client, read }
}
