// The log-in of Gradio's pages, which desktop clients of AUTOMATIC1111's API ask before they use it: is a password wanted,
// and is this one right? Nobody is logged in by it and there is no cookie: every request brings its key.
import type { Reply } from '../host.ts'
import { json, withRetryAfter } from '../replies.ts'
import type { HandlerRouteEntry, RouteContext, RoutedRequest } from '../route.ts'
import { get, postWords, refuseA1111 } from './a1111-entries.ts'

export function loginRoutes(context: RouteContext): HandlerRouteEntry[] {
  return [
    {
      ...get('/login_check', () => json(200, null)),
      // By these very words a client knows that a password will do.
      refuse: (error) =>
        error.code === 'unauthorized' ? json(401, { detail: 'Not authenticated' }) : refuseA1111(error),
    },
    { ...postWords('/login', (request) => login(request, context)), auth: 'open' },
  ]
}

/** A form with `username` and `password`. Who tries passwords here waits as long as with any other door. */
function login({ body, remoteAddress }: RoutedRequest, { auth }: RouteContext): Reply {
  const password = new URLSearchParams(new TextDecoder().decode(body)).get('password') ?? ''
  const authorization = `Basic ${Buffer.from(`:${password}`).toString('base64')}`
  const known = auth.identify({ authorization, query: new URLSearchParams(), address: remoteAddress })
  if (!('code' in known)) return json(200, { success: true })
  return known.code === 'unauthorized'
    ? json(400, { detail: 'Incorrect credentials.' })
    : withRetryAfter(refuseA1111(known), known)
}
