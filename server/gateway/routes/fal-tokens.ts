import { parseTokenRequest, tokenBody } from '../../compat/fal-tokens.ts'
import { json } from '../replies.ts'
import type { RouteContext, RouteEntry } from '../route.ts'
import { FAL_HANDLER, falRefusal } from './fal-replies.ts'

/** Short-lived tokens for sockets, in exchange for a key. Clients put them into the query of the socket's address. */
export function tokenRoutes(context: RouteContext): RouteEntry[] {
  const entry = (path: string, endpoint: 'tokens' | 'realtime'): RouteEntry => ({
    ...FAL_HANDLER,
    path,
    method: 'POST',
    handle: ({ body }) => {
      const parsed = parseTokenRequest(body)
      if (!parsed.ok) return falRefusal(parsed.error)
      return json(200, tokenBody(context.newId(), endpoint))
    },
  })
  return [entry('/tokens/', 'tokens'), entry('/tokens', 'tokens'), entry('/tokens/realtime', 'realtime')]
}
