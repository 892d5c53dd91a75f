import type { WireError } from '../../../lib/protocol/errors.ts'
import { falErrorBody, falStatus } from '../../compat/fal-output.ts'
import type { Reply } from '../host.ts'
import { json } from '../replies.ts'
import type { HandlerRouteEntry } from '../route.ts'

/** An error in the words of fal's clients. */
export function falRefusal(error: WireError): Reply {
  return json(falStatus(error), falErrorBody(error))
}

/** What all of fal's handlers have in common. */
export const FAL_HANDLER = {
  auth: 'key',
  cors: true,
  bodyLimitBytes: 64 * 1024,
  refuse: falRefusal,
} as const satisfies Partial<HandlerRouteEntry>
