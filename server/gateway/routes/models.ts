import * as v from 'valibot'
import { isErrorCode } from '../../../lib/protocol/errors.ts'
import type { WireError } from '../../../lib/protocol/errors.ts'
import { ModelChoiceSchema } from '../../../lib/protocol/models.ts'
import { AppError } from '../../../lib/std/errors.ts'
import { isOperator } from '../../auth/identity.ts'
import { issueToError, parseJson } from '../../compat/validation.ts'
import type { Reply } from '../host.ts'
import { json, jsonError } from '../replies.ts'
import type { HandlerRouteEntry, RouteContext, RoutedRequest, RouteModule } from '../route.ts'

/** Which models are installed, and which of them everybody's pictures come from. */
export const modelRoutes: RouteModule = (context) => [
  { ...at('GET', '/api/models'), handle: async () => json(200, await context.models.list()) },
  { ...at('POST', '/api/model'), handle: (request) => choose(request, context) },
]

function at(method: 'GET' | 'POST', path: string) {
  const rest = { auth: 'key', cors: true, bodyLimitBytes: 16 * 1024, refuse: jsonError } as const
  return { path, method, ...rest } satisfies Omit<HandlerRouteEntry, 'handle'>
}

/** Answers when the model paints, or cannot: a caller that goes away does not stop it. */
async function choose({ identity, body }: RoutedRequest, { models }: RouteContext): Promise<Reply> {
  if (!isOperator(identity)) return jsonError(ONLY_KEYS)
  const parsed = parseJson(new TextDecoder().decode(body))
  if (!parsed.ok)
    return jsonError({ code: 'not_json', message: 'The body must be JSON such as {"id": "pocket"}' })
  const asked = v.safeParse(ModelChoiceSchema, parsed.value)
  if (!asked.success) return jsonError(issueToError(asked.issues[0], 'invalid_message'))
  try {
    const model = await models.use(asked.output.id)
    return json(200, { model })
  } catch (error) {
    if (error instanceof AppError && isErrorCode(error.code))
      return jsonError({ code: error.code, message: error.message, ...error.place })
    throw error
  }
}

const ONLY_KEYS: WireError = {
  code: 'forbidden',
  message:
    'Changing the model affects everyone, so it takes a key, not a token; call this from your own server',
}
