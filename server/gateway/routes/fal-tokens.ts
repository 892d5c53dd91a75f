import { parseTokenRequest, tokenBody } from '../../compat/fal-tokens.ts'
import { TOKEN_LIFE_SECONDS } from '../../auth/tokens.ts'
import { json } from '../replies.ts'
import type { RouteContext, RouteEntry } from '../route.ts'
import { FAL_HANDLER, falRefusal, onlyKeys } from './fal-replies.ts'

/** Short-lived tokens for sockets, in exchange for a key. Clients put them into the query of the socket's address. */
export function tokenRoutes(context: RouteContext): RouteEntry[] {
  const entry = (path: string, endpoint: 'tokens' | 'realtime'): RouteEntry => ({
    ...FAL_HANDLER,
    path,
    method: 'POST',
    handle: async ({ body, identity }) => {
      const refusal = onlyKeys(identity)
      if (refusal) return refusal
      const parsed = parseTokenRequest(body)
      if (!parsed.ok) return falRefusal(parsed.error)
      const { apps, seconds } = parsed.request
      const { token } = await context.auth.tokens.issue({
        // As long as asked for, within what a lost token may cost.
        lifeSeconds: Math.ceil(Math.min(seconds, TOKEN_LIFE_SECONDS.most)),
        apps: apps.map(aliasOf),
        origins: [],
      })
      return json(200, tokenBody(token, endpoint))
    },
  })
  return [entry('/tokens/', 'tokens'), entry('/tokens', 'tokens'), entry('/tokens/realtime', 'realtime')]
}

/** What fal's clients name an app by when they ask for a token: the second part of `owner/alias/path`. */
export function aliasOf(app: string): string {
  const [first = '', second] = app.split('/')
  return second ?? first.replace(/^\d+-/, '')
}
