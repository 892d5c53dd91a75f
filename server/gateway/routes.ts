import type { OnceDialect, RequestFacts, StreamDialect } from '../compat/dialect.ts'
import type { WireError } from '../../lib/protocol/errors.ts'
import type { Authenticator } from '../auth/authenticator.ts'
import { identityOfAddress } from '../auth/identity.ts'
import type { Identity } from '../auth/identity.ts'
import type { Engine } from '../engine/engine.ts'
import type { InputLimits } from '../session/held-inputs.ts'
import type { Models } from '../models/models.ts'
import { bindSocket, newId, OpenSockets, tooLarge } from './bind.ts'
import type { BindDeps } from './bind.ts'
import { OnceDoor } from './bind-once.ts'
import { StreamDoor } from './bind-stream.ts'
import { CallerSessions } from './caller-sessions.ts'
import { Pages } from './cors.ts'
import type {
  Answer,
  HttpRequest,
  Reception,
  Reply,
  RequestHead,
  SocketRoute,
  Upgrade,
  WebApp,
} from './host.ts'
import { matchPath } from './path-pattern.ts'
import type { OriginRule } from './origin.ts'
import { socketOnly } from './lost.ts'
import { INCOMING_FULL, IncomingBodies } from './incoming-bodies.ts'
import { jsonError, withRetryAfter } from './replies.ts'
import { answersHead, isHttpEntry, isSocketEntry } from './route.ts'
import type { HttpRouteEntry, RouteContext, RouteEntry, RouteModule, SocketRouteEntry } from './route.ts'
import { RouteTable } from './route-table.ts'
import type { Found } from './route-table.ts'
import type { StaticFiles } from './static-files.ts'
import { Strays } from './strays.ts'
import type { Webhooks } from './webhooks.ts'

export interface RouteDeps extends BindDeps {
  readonly engine: Engine
  readonly models: Models
  readonly files: StaticFiles
  readonly origins: OriginRule
  readonly modules: readonly RouteModule[]
  readonly auth: Authenticator
  readonly webhooks: Webhooks
  /** Of the bodies that are on their way in; those of waiting pictures without it. */
  readonly incomingLimits?: InputLimits
}

/** Enough to read a stray body and answer in words. */
const OTHER_BODY_LIMIT_BYTES = 64 * 1024

/**
 * Of a message that is a little too long a socket hears how much; a longer one ends it. The transport keeps what has come of
 * a message until it is whole, and no count of what waits sees that.
 */
const TRANSPORT_MARGIN = 9 / 8

type Known = Identity | WireError
type HttpFound = Found<HttpRouteEntry>

/** Everything that answers on the one port. */
export class Routes implements WebApp {
  readonly open = new OpenSockets()
  readonly sockets: readonly SocketRoute[]
  readonly #deps: RouteDeps
  readonly #socketEntries: readonly SocketRouteEntry[]
  readonly #http: RouteTable<HttpRouteEntry>
  readonly #pages: Pages
  readonly #strays: Strays
  readonly #sessions = new Map<string, CallerSessions>()
  readonly #incoming: IncomingBodies
  readonly #onceDoors = new Map<OnceDialect, OnceDoor>()
  readonly #streamDoors = new Map<StreamDialect, StreamDoor>()

  constructor(deps: RouteDeps) {
    this.#deps = deps
    this.#incoming = new IncomingBodies(deps.incomingLimits)
    const context = this.#context()
    const entries = deps.modules.flatMap((module) => module(context))
    this.#socketEntries = entries.filter(isSocketEntry)
    this.#http = new RouteTable(entries.filter(isHttpEntry))
    this.#pages = new Pages({ rule: deps.origins, hasKeys: deps.auth.hasKeys })
    const sockets = new RouteTable(this.#socketEntries)
    this.#strays = new Strays({ entries, http: this.#http, sockets, files: deps.files, pages: this.#pages })
    this.sockets = this.#socketEntries.map((entry) => this.#socketRoute(entry))
  }

  #context(): RouteContext {
    const deps = this.#deps
    const { engine, models, registry, clock, webhooks, auth, mayWatchAll, onBug } = deps
    const start: RouteContext['start'] = (dialect, request) => this.#onceDoor(dialect).start(request)
    const rest = { engine, models, registry, clock, newId, webhooks, auth, mayWatchAll, onBug, start }
    return {
      ...rest,
      get model() {
        return deps.model
      },
    }
  }

  /** Whoever calls is looked at here and only here: that takes tickets and counts wrong keys. */
  receive(head: RequestHead): Reception {
    const found = this.#find(head)
    try {
      return found ? this.#atEntry(found, head) : this.#elsewhere(head)
    } catch (error) {
      return refusal(OTHER_BODY_LIMIT_BYTES, () => this.#bug(found, head, error))
    }
  }

  #atEntry(found: HttpFound, head: RequestHead): Reception {
    const { entry } = found
    const facts = factsOf(head, found.params)
    const limit = limitOf(entry, facts)
    const known = this.#allowed(entry, facts, this.#identify(head))
    // A stranger's body is not kept: it would fill the memory before anybody asked for a key.
    if ('code' in known && entry.auth === 'key')
      return refusal(limit, () => this.#shown(found, head, this.#refuse(found, head, known)))
    const identity = 'code' in known ? identityOfAddress(head.remoteAddress) : known
    const unread = (error: WireError) => this.#unread(found, head, { error, identity })
    return {
      bodyLimitBytes: limit,
      cutOffBytes: limit * 2,
      room: this.#incoming.roomFor(identity.caller, () => unread(INCOMING_FULL)),
      bodyTooLarge: () => unread(tooLarge(lengthOf(head, limit), limit)),
      respond: (body) =>
        this.#guarded(found, head, () => this.#answer(found, { ...head, ...body }, identity)),
    }
  }

  #elsewhere(head: RequestHead): Reception {
    const limit = OTHER_BODY_LIMIT_BYTES
    return {
      bodyLimitBytes: limit,
      cutOffBytes: limit * 2,
      bodyTooLarge: () => this.#strays.shown(jsonError(tooLarge(lengthOf(head, limit), limit)), head),
      respond: () => this.#guarded(undefined, head, () => this.#strays.respond(head)),
    }
  }

  /** Of a body that is not kept. */
  #unread(
    found: HttpFound,
    head: RequestHead,
    { error, identity }: { error: WireError; identity: Identity },
  ): Reply {
    const reply = this.#refuse(found, head, error)
    return this.#pages.foreign(head, identity.origins) ? reply : this.#shown(found, head, reply)
  }

  async #guarded(
    found: HttpFound | undefined,
    head: RequestHead,
    answer: () => Answer | Promise<Answer>,
  ): Promise<Answer> {
    try {
      return await answer()
    } catch (error) {
      return this.#bug(found, head, error)
    }
  }

  #bug(found: HttpFound | undefined, head: RequestHead, error: unknown): Reply {
    this.#deps.onBug(`answering ${head.method} ${head.path}`, error)
    return found ? this.#refuse(found, head, BUG) : jsonError(BUG)
  }

  #find(head: RequestHead): HttpFound | undefined {
    const isHead = head.method === 'HEAD'
    return this.#http
      .at(head.path)
      .find(({ entry }) => (isHead ? answersHead(entry) : entry.method === head.method))
  }

  #identify({ headers, query, remoteAddress }: RequestHead): Known {
    return this.#deps.auth.identify({
      authorization: headers['authorization'],
      query: new URLSearchParams(query),
      address: remoteAddress,
    })
  }

  /** A token for one app opens no other door; where everyone may pass, neither does it close one. */
  #allowed(entry: RouteEntry, facts: RequestFacts, known: Known): Known {
    const isFree = !this.#deps.auth.hasKeys || entry.auth === 'open'
    if (isFree || 'code' in known || known.apps.length === 0) return known
    const app = entry.app?.(facts)
    if (app === '*' || (app !== undefined && known.apps.includes(app))) return known
    const message = `This token is for ${known.apps.join(', ')}; ask for one that covers this`
    return { code: 'forbidden', message }
  }

  async #answer(found: HttpFound, request: HttpRequest, identity: Identity): Promise<Answer> {
    const { entry } = found
    // What anyone may read, any page may ask for; without CORS headers it cannot see the answer.
    const isPublic = entry.auth === 'open' && entry.method === 'GET'
    const foreign = isPublic ? undefined : this.#pages.foreign(request, identity.origins)
    if (foreign) return this.#refuse(found, request, foreign)
    return this.#shown(found, request, await this.#serve(found, request, identity))
  }

  #shown<A extends Answer>({ entry: { cors } }: HttpFound, head: RequestHead, answer: A): A {
    return cors ? this.#pages.shown(answer, head, cors === 'with-credentials') : answer
  }

  async #serve(found: HttpFound, request: HttpRequest, identity: Identity): Promise<Answer> {
    const { entry, params } = found
    const facts = factsOf(request, params)
    if ('handle' in entry) return await entry.handle({ ...request, facts, identity })
    const { body, signal } = request
    const asked = { caller: identity.caller, body, facts, signal }
    const { door } = entry
    return door.reply === 'once'
      ? await this.#onceDoor(door).start(asked).answer
      : await this.#streamDoor(door).respond(asked)
  }

  #refuse({ entry, params }: HttpFound, head: RequestHead, error: WireError): Reply {
    if ('handle' in entry) return withRetryAfter(entry.refuse(error), error)
    const { door } = entry
    const facts = factsOf(head, params)
    const reply =
      door.reply === 'once'
        ? this.#onceDoor(door).refuse(error, facts)
        : this.#streamDoor(door).refuse(error, facts)
    return withRetryAfter(reply, error)
  }

  #onceDoor(dialect: OnceDialect): OnceDoor {
    const door = this.#onceDoors.get(dialect) ?? new OnceDoor(dialect, this.#deps, this.#sessionsOf(dialect))
    this.#onceDoors.set(dialect, door)
    return door
  }

  #streamDoor(dialect: StreamDialect): StreamDoor {
    const door =
      this.#streamDoors.get(dialect) ?? new StreamDoor(dialect, this.#deps, this.#sessionsOf(dialect))
    this.#streamDoors.set(dialect, door)
    return door
  }

  /** Dialects of one id are one door in several places: a caller has one turn at all of them. */
  #sessionsOf(dialect: OnceDialect | StreamDialect): CallerSessions {
    const { registry } = this.#deps
    const sessions = this.#sessions.get(dialect.id) ?? new CallerSessions({ dialect, registry })
    this.#sessions.set(dialect.id, sessions)
    return sessions
  }

  #socketRoute(entry: SocketRouteEntry): SocketRoute {
    const bind = bindSocket(entry.door, this.#deps, this.open)
    const decide = (head: RequestHead, shown: Known): Upgrade => {
      const facts = factsOf(head, matchPath(entry.path, head.path) ?? {})
      const known = this.#allowed(entry, facts, shown)
      if ('code' in known && entry.auth === 'key') {
        // Whoever tries keys gets no socket for it.
        const isRefused = entry.door.unauthorizedAt === 'handshake' || known.code === 'rate_limited'
        return isRefused ? jsonError(known) : bind({ facts, identity: known })
      }
      const identity = 'code' in known ? identityOfAddress(head.remoteAddress) : known
      const foreign = this.#pages.foreign(head, identity.origins)
      return foreign ? jsonError(foreign) : bind({ facts, identity })
    }
    return {
      path: entry.path,
      maxMessageBytes: entry.door.messageLimitBytes * TRANSPORT_MARGIN,
      upgrade: (head) => decide(head, this.#identify(head)),
    }
  }

  /** The same server seen through an extra port: its sockets alone. */
  extraPort(name: NonNullable<SocketRouteEntry['extraPort']>): WebApp {
    const paths = this.#socketEntries.filter((entry) => entry.extraPort === name).map(({ path }) => path)
    return {
      sockets: this.sockets.filter(({ path }) => paths.includes(path)),
      receive: (head) =>
        refusal(OTHER_BODY_LIMIT_BYTES, () =>
          paths.includes(head.path)
            ? socketOnly(head)
            : jsonError({ code: 'not_found', message: `Only sockets are at this port: ${paths.join(', ')}` }),
        ),
    }
  }
}

const BUG: WireError = {
  code: 'internal',
  message: 'The server failed on this request; its log says why. Try again.',
}

/**
 * The same answer whatever body comes. Nothing of it is kept, but it is read to its end: a client that still sends hears
 * no answer.
 */
function refusal(limit: number, answer: () => Reply): Reception {
  return { bodyLimitBytes: 0, cutOffBytes: limit * 2, bodyTooLarge: answer, respond: answer }
}

function limitOf(entry: HttpRouteEntry, facts: RequestFacts): number {
  if ('door' in entry) return entry.door.messageLimitBytes
  const { bodyLimitBytes: limit } = entry
  return typeof limit === 'number' ? limit : limit(facts)
}

function lengthOf({ headers }: RequestHead, limit: number): number {
  return Number(headers['content-length'] ?? limit + 1)
}

function factsOf(head: RequestHead, params: Readonly<Record<string, string>>): RequestFacts {
  const { method, path, query, headers } = head
  return { method, path, params, query: new URLSearchParams(query), headers }
}
