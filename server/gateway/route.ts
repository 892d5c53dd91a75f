import type { OnceDialect, RequestFacts, SocketDialect, StreamDialect } from '../compat/dialect.ts'
import type { WireError } from '../../lib/protocol/errors.ts'
import type { ModelInfo } from '../../lib/protocol/params.ts'
import type { Clock } from '../../lib/std/clock.ts'
import type { Authenticator } from '../auth/authenticator.ts'
import type { Identity } from '../auth/identity.ts'
import type { Engine } from '../engine/engine.ts'
import type { Models } from '../models/models.ts'
import type { Registry } from '../session/registry.ts'
import type { Task, TaskRequest } from './bind-once.ts'
import type { Answer, HttpRequest, Reply } from './host.ts'
import type { Webhooks } from './webhooks.ts'

/** Where an entry of the route table answers, and to whom. */
interface Place {
  /** `/fixed`, or with `:named` segments: `/:owner/:alias/requests/:id`. A fixed path wins over a named one. */
  readonly path: string
  /** `key`: once the server has keys, only with a key, a token or a ticket. `open`: always. */
  readonly auth: 'key' | 'open'
  /** What a token made for certain apps must have been made for; without it only tokens for everything pass. */
  readonly app?: (facts: RequestFacts) => string
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** A wire that upgrades to a WebSocket; its dialect says how an unknown caller hears so. */
export interface SocketRouteEntry extends Place {
  readonly door: SocketDialect
  /** Listens on this extra port too, when the server has it. */
  readonly extraPort?: 'sdxl'
}

interface HttpPlace extends Place {
  readonly method: Method
  /**
   * Pages of allowed origins may call it from a browser: preflights are answered, replies carry the CORS headers.
   * `with-credentials`: listed ones also with what the browser keeps for this server, as the original lets them.
   */
  readonly cors: boolean | 'with-credentials'
}

/** A wire whose requests become frames. The dialect has the body limit, and refuses in its own words. */
export interface DoorRouteEntry extends HttpPlace {
  readonly door: OnceDialect | StreamDialect
}

/** Anything else. */
export interface HandlerRouteEntry extends HttpPlace {
  readonly bodyLimitBytes: number | ((facts: RequestFacts) => number)
  /** The style in which this client hears of 401, 403, 413 and 500. */
  readonly refuse: (error: WireError) => Reply
  readonly handle: (request: RoutedRequest) => Answer | Promise<Answer>
}

export type HttpRouteEntry = DoorRouteEntry | HandlerRouteEntry
export type RouteEntry = SocketRouteEntry | HttpRouteEntry

/** A request that found its entry. */
export interface RoutedRequest extends HttpRequest {
  readonly facts: RequestFacts
  readonly identity: Identity
}

/** What handlers may use. */
export interface RouteContext {
  /** Read at every use: the model may become another while the server runs. */
  readonly model: ModelInfo
  readonly engine: Engine
  readonly models: Models
  /** Progress and interruption of a caller's jobs: `latest`, `load`, `interrupt`. */
  readonly registry: Registry
  /** Whether this caller may see its jobs of all doors: where several people may be one caller, it may not. */
  readonly mayWatchAll: (caller: string) => boolean
  readonly clock: Clock
  readonly newId: () => string
  readonly webhooks: Webhooks
  /** Makes tokens (`auth.tokens.issue`) and tickets, and knows whose key it is that came in a body. */
  readonly auth: Pick<Authenticator, 'tokens' | 'tickets' | 'hasKeys' | 'identify'>
  /** Submits a request to a dialect without waiting for its answer. */
  start(dialect: OnceDialect, request: TaskRequest): Task
  readonly onBug: (where: string, error: unknown) => void
}

/** One family of routes. */
export type RouteModule = (context: RouteContext) => readonly RouteEntry[]

export function isSocketEntry(entry: RouteEntry): entry is SocketRouteEntry {
  return !('method' in entry)
}

export function isHttpEntry(entry: RouteEntry): entry is HttpRouteEntry {
  return 'method' in entry
}

/** A door paints: asked for headers alone it would make a picture that nobody sees. Its originals say 405, too. */
export function answersHead(entry: HttpRouteEntry): boolean {
  return entry.method === 'GET' && 'handle' in entry
}

/** For doors that lead to whichever app the caller names. */
export const ANY_APP = (): string => '*'
