// Everything between the configuration and the port, as one thing that starts, drains and stops. Tests start it too.
import { ALL_ROUTES } from './gateway/routes/all.ts'
import { withFalAddresses } from './gateway/routes/fal-addresses.ts'
import { Routes } from './gateway/routes.ts'
import { Authenticator } from './auth/authenticator.ts'
import { isSubject } from './auth/identity.ts'
import { WebhookSigner } from './auth/webhook-signer.ts'
import { newId } from './gateway/bind.ts'
import { CertificateWatch } from './gateway/certificate-watch.ts'
import { withClientAddresses } from './gateway/client-address.ts'
import { chooseHost } from './gateway/choose-host.ts'
import type { HostChoice } from './gateway/choose-host.ts'
import { withAnswersCounted } from './gateway/count-answers.ts'
import { createFetchImage } from './gateway/fetch-image.ts'
import { FetchTurns } from './gateway/fetch-turns.ts'
import type { Host, ListenAddress, WebApp } from './gateway/host.ts'
import { metricsApp } from './gateway/metrics-app.ts'
import { isLoopbackHost } from './gateway/origin.ts'
import { StaticFiles } from './gateway/static-files.ts'
import { Webhooks } from './gateway/webhooks.ts'
import { checkTlsFiles } from './gateway/tls-files.ts'
import type { Clock } from '../lib/std/clock.ts'
import { AppError } from '../lib/std/errors.ts'
import type { Config } from './config.ts'
import type { Engine, EngineState } from './engine/engine.ts'
import type { Events } from './events.ts'
import { fixedModels, onlyModel, type Models } from './models/models.ts'
import { Dispatcher } from './session/dispatcher.ts'
import { Registry } from './session/registry.ts'

export interface ServerDeps {
  readonly config: Pick<
    Config,
    | 'host'
    | 'port'
    | 'origins'
    | 'embedOrigins'
    | 'loopbackOnly'
    | 'maxSessions'
    | 'jobDeadlineMs'
    | 'metricsPort'
  > &
    Partial<
      Pick<
        Config,
        | 'keys'
        | 'tokenSecret'
        | 'tls'
        | 'sdxlPort'
        | 'fetchHosts'
        | 'trustedProxies'
        | 'modelSwitch'
        | 'metricsHost'
        | 'subjectSessions'
        | 'progress'
      >
    >
  readonly engine: Engine
  /** Without it the engine has its one model for good. */
  readonly models?: Models
  readonly events: Events
  readonly clock: Clock
  /** Folder of the exported pages. */
  readonly pagesDir: string
  /** For tests, whose servers of other people's pictures have no public address. */
  readonly isPublicAddress?: (address: string) => boolean
  /** For tests of the one that stands in where the usual one does not load. */
  readonly chooseHost?: () => Promise<HostChoice>
}

export interface Server {
  readonly port: number
  readonly sessions: Registry
  /**
   * Says at `/readyz` that it stops and serves on for `delayMs`; then refuses what is new, lets running frames finish for
   * at most `patienceMs`, says goodbye with 1012 and frees the port.
   */
  stop(patienceMs: number, delayMs?: number): Promise<void>
}

/** Of one session before it is told to slow down (SPEC C1): twice what the fastest pump can make. */
const FRAMES_PER_SECOND = 120

/** Listens and serves; rejects with AppError `port_in_use`, leaving nothing behind. The engine stays the caller's. */
export async function startServer(deps: ServerDeps): Promise<Server> {
  const { config, engine, events, clock } = deps
  const dispatcher = new Dispatcher({ engine, clock, observer: events, jobDeadlineMs: config.jobDeadlineMs })
  const { maxSessions, subjectSessions = maxSessions } = config
  const sessions = new Registry({
    engine,
    dispatcher,
    clock,
    observer: events,
    maxSessions,
    placesOf: (caller) => (isSubject(caller) ? subjectSessions : maxSessions),
    framesPerSecond: FRAMES_PER_SECOND,
    newId,
  })
  const unwatch = tellStates(engine, events)
  const webhooks = webhooksOf(deps)
  const routes = routesOf(deps, sessions, webhooks)
  const hosts: Host[] = []
  const tearDown = async () => {
    unwatch()
    webhooks[Symbol.dispose]()
    sessions.dispose()
    for (const host of hosts) await host[Symbol.asyncDispose]()
    await dispatcher[Symbol.asyncDispose]()
  }
  try {
    const port = await listenAll(deps, routes, hosts)
    const certificate = watchCertificate(deps)
    const stop = async (patienceMs: number, delayMs = 0) => {
      certificate?.[Symbol.dispose]()
      await leave(sessions, clock, delayMs)
      await drain({ sessions, dispatcher, routes, hosts, clock }, patienceMs)
      await tearDown()
    }
    return { port, sessions, stop }
  } catch (error) {
    await tearDown()
    throw error
  }
}

/** Of the engine: the one it is in, and those it enters; returns the end of it. */
function tellStates(engine: Engine, events: Events): () => void {
  const tell = ({ name, detail }: EngineState) => events.engineChanged(name, detail)
  tell(engine.state())
  return engine.onState(tell)
}

function webhooksOf({ config, events, clock, isPublicAddress }: ServerDeps): Webhooks {
  const { keys = [], fetchHosts = [], tokenSecret: secret } = config
  return new Webhooks({
    hosts: fetchHosts,
    ...(isPublicAddress ? { isPublicAddress } : {}),
    signer: new WebhookSigner({ secret, keys, epochMs: () => Date.now() }),
    clock,
    onLost: (request, why) => events.webhookLost(request, why),
  })
}

function routesOf(deps: ServerDeps, sessions: Registry, webhooks: Webhooks): Routes {
  const { config, engine, models = onlyModel(engine), events, clock, pagesDir, isPublicAddress } = deps
  const { keys = [], fetchHosts = [] } = config
  return new Routes({
    registry: sessions,
    engine,
    models: config.modelSwitch === 'off' ? fixedModels(models) : models,
    // Read at every use: model and provider may change while the server runs.
    get model() {
      return engine.info
    },
    clock,
    modules: ALL_ROUTES,
    auth: new Authenticator({
      keys,
      tokenSecret: config.tokenSecret,
      clock,
      epochMs: () => Date.now(),
      onSlowed: (network) => events.addressSlowed(network),
    }),
    mayWatchAll: config.progress === 'all' ? () => true : isSubject,
    fetches: new FetchTurns(
      createFetchImage({ hosts: fetchHosts, ...(isPublicAddress ? { isPublicAddress } : {}) }),
    ),
    webhooks,
    files: new StaticFiles(pagesDir, { allowed: config.embedOrigins, loopbackOnly: config.loopbackOnly }),
    origins: { allowed: config.origins, loopbackOnly: config.loopbackOnly },
    onSocket: (dialect, change, code) => events.socketChanged(dialect, change, code),
    onBug: (where, error) => events.bug(where, error),
  })
}

async function listenAll(deps: ServerDeps, routes: Routes, hosts: Host[]): Promise<number> {
  const { config, events } = deps
  if (config.tls) checkTlsFiles(config.tls)
  const { open: openHost, reason } = await (deps.chooseHost ?? chooseHost)()
  if (reason !== undefined)
    events.log.warn(
      `uWebSockets.js does not load here (${reason}); node:http and ws serve instead, which is slower with many people at once`,
    )
  const open = (app: WebApp): Host => {
    const told = withAnswersCounted(app, (status) => events.answered(status))
    const host = openHost(withClientAddresses(told, config.trustedProxies ?? []), config.tls)
    hosts.push(host)
    return host
  }
  const port = await open(withFalAddresses(routes, config.tls !== undefined)).listen({
    host: config.host,
    port: config.port,
  })
  if (config.sdxlPort !== undefined) {
    const { host, sdxlPort } = config
    await named('SKETCHWIRE_SDXL_PORT', open(routes.extraPort('sdxl')), { host, port: sdxlPort })
  }
  if (config.metricsPort !== undefined) {
    // Not on HOST: figures about people's drawing are for whoever runs the machine.
    const address = { host: config.metricsHost ?? '127.0.0.1', port: config.metricsPort }
    const rule = { allowed: config.origins, loopbackOnly: isLoopbackHost(address.host) }
    const host = openHost(metricsApp(() => events.metrics(), rule))
    hosts.push(host)
    await named('METRICS_PORT', host, address)
  }
  return port
}

/** Of files that have just been found to be good. */
function watchCertificate({ config: { tls }, clock, events }: ServerDeps): CertificateWatch | undefined {
  if (!tls) return undefined
  const warn = (sentence: string) => events.log.warn({ event: 'tls.ends' }, sentence)
  const watch = new CertificateWatch({ certFile: tls.certFile, clock, epochMs: () => Date.now(), warn })
  events.certificateLoaded(watch.endsAtMs)
  return watch
}

/** A port beside the main one is not moved with PORT. */
async function named(setting: string, host: Host, address: ListenAddress): Promise<void> {
  await host.listen(address).catch((cause: unknown) => {
    const remedy = `Stop the program that has it, set ${setting} to another, or leave it out`
    throw new AppError('port_in_use', `${setting} ${address.port} is taken. ${remedy}`, { cause })
  })
}

/** Whoever sends people here (a proxy, an orchestrator) asks `/readyz` every few seconds, and until then sends more. */
async function leave(sessions: Registry, clock: Clock, delayMs: number): Promise<void> {
  sessions.leave()
  if (delayMs > 0) await new Promise<void>((resolve) => void clock.setTimer(resolve, delayMs))
}

interface Draining {
  readonly sessions: Registry
  readonly dispatcher: Dispatcher
  readonly routes: Routes
  readonly hosts: readonly Host[]
  readonly clock: Clock
}

async function drain(
  { sessions, dispatcher, routes, hosts, clock }: Draining,
  patienceMs: number,
): Promise<void> {
  sessions.drain()
  for (const host of hosts) host.stopListening()
  let cancelTimer = () => {}
  const impatient = new Promise<void>((resolve) => (cancelTimer = clock.setTimer(resolve, patienceMs)))
  await Promise.race([dispatcher.idle(), impatient])
  cancelTimer()
  sessions.abandon()
  // One turn of the event loop, so that REST answers settled above are written before their sockets go.
  await new Promise((resolve) => setImmediate(resolve))
  routes.open.closeAll(1012, 'the server restarts')
}
