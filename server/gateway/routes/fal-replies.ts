import type { WireError } from '../../../lib/protocol/errors.ts'
import { isOperator } from '../../auth/identity.ts'
import type { Identity } from '../../auth/identity.ts'
import { falErrorBody, falErrorHeaders, falStatus } from '../../compat/fal-output.ts'
import type { Reply } from '../host.ts'
import { json } from '../replies.ts'
import type { HandlerRouteEntry } from '../route.ts'

/** An error in the words of fal's clients. */
export function falRefusal(error: WireError): Reply {
  const reply = json(falStatus(error), falErrorBody(error))
  return { ...reply, headers: { ...reply.headers, ...falErrorHeaders(error) } }
}

/** A token that made tokens would live for ever, by its own successors. */
export function onlyKeys(identity: Identity): Reply | undefined {
  if (isOperator(identity)) return undefined
  return falRefusal({ code: 'forbidden', message: 'Tokens are made with a key, not with another token' })
}

/** What all of fal's handlers have in common. */
export const FAL_HANDLER = {
  auth: 'key',
  cors: true,
  bodyLimitBytes: 64 * 1024,
  refuse: falRefusal,
} as const satisfies Partial<HandlerRouteEntry>
