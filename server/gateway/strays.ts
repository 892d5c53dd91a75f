// Requests that found no entry of the route table: preflights, pages, and whoever took a wrong turn.
import type { Pages } from './cors.ts'
import type { Reply, RequestHead } from './host.ts'
import { methodNotAllowed, notFound, socketOnly } from './lost.ts'
import { jsonError } from './replies.ts'
import type { HttpRouteEntry, RouteEntry, SocketRouteEntry } from './route.ts'
import type { Found, RouteTable } from './route-table.ts'
import type { StaticFiles } from './static-files.ts'

export interface StraysOptions {
  readonly entries: readonly RouteEntry[]
  readonly http: RouteTable<HttpRouteEntry>
  readonly sockets: RouteTable<SocketRouteEntry>
  readonly files: StaticFiles
  readonly pages: Pages
}

export class Strays {
  readonly #options: StraysOptions

  constructor(options: StraysOptions) {
    this.#options = options
  }

  async respond(head: RequestHead): Promise<Reply> {
    const here = this.#options.http.at(head.path)
    if (asksFirst(head, here)) return this.#preflight(head, here)
    return this.shown(await this.#answer(head, here), head)
  }

  /** Pages of other sites that may call also look whether anybody is here, and want to read what is wrong. */
  shown(reply: Reply, head: RequestHead): Reply {
    const { pages } = this.#options
    return pages.foreign(head, []) ? reply : pages.shown(reply, head)
  }

  #preflight(head: RequestHead, here: readonly Found<HttpRouteEntry>[]): Reply {
    const asked = here.filter(({ entry }) => entry.cors)
    // Where nothing is, the request may come too: only its own answer says so in words that a page can read.
    const methods = here.length === 0 ? ['GET', 'POST'] : asked.map(({ entry }) => entry.method)
    const withCredentials = asked.some(({ entry }) => entry.cors === 'with-credentials')
    const answer = this.#options.pages.preflight(head, methods, withCredentials)
    return 'code' in answer ? jsonError(answer) : answer
  }

  async #answer(head: RequestHead, here: readonly Found<HttpRouteEntry>[]): Promise<Reply> {
    const { entries, sockets, files } = this.#options
    const { method, path } = head
    if (here.length === 0 && sockets.at(path).length > 0) return socketOnly(head)
    if (here.length === 0 && method === 'POST') return notFound(head, entries)
    const isGet = method === 'GET' || method === 'HEAD'
    if (!isGet) return methodNotAllowed(head, here)
    const page = await files.respond(head)
    if (page) return page
    if (here.length > 0 && path !== '/') return methodNotAllowed(head, here)
    // Programs that ask for what is not here want words, people a page.
    const isPerson = (head.headers['accept'] ?? '').includes('text/html')
    return isPerson && !path.startsWith('/api/') ? await files.notFound(head) : notFound(head, entries)
  }
}

/** A browser's question before the request of a page of another origin. */
function asksFirst({ method, headers }: RequestHead, here: readonly Found<HttpRouteEntry>[]): boolean {
  if (method !== 'OPTIONS') return false
  const isPreflight = 'origin' in headers && 'access-control-request-method' in headers
  return here.some(({ entry }) => entry.cors !== false) || (here.length === 0 && isPreflight)
}
