import type { Clock } from '../../../lib/std/clock.ts'
import { WebhookSigner } from '../../auth/webhook-signer.ts'
import { Webhooks } from '../webhooks.ts'

/** Of a server that calls nobody. */
export function noWebhooks(clock: Clock): Webhooks {
  const signer = new WebhookSigner({ secret: undefined, keys: [], epochMs: () => clock.now() })
  return new Webhooks({ hosts: [], signer, clock, onLost: () => undefined })
}
