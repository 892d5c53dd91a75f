import type { WireError } from '../../lib/protocol/errors.ts'
import type { Clock } from '../../lib/std/clock.ts'
import type { WebhookSigner } from '../auth/webhook-signer.ts'
import { Outside, Refused } from './outside.ts'
import type { OutsideRules } from './outside.ts'

const TIMEOUT_MS = 15_000
/** Waits between attempts: ten more of them within two hours, as fal does. */
const RETRY_SECONDS = [5, 15, 30, 60, 120, 300, 600, 1200, 1800, 3000]
/** Each holds a reply; one more, and the oldest that waits for its next attempt is given up. */
const MAX_WAITING = 64
const WEBHOOK = {
  name: 'webhook',
  many: 'Webhooks at',
  verb: 'called',
  instead: 'submit without fal_webhook and ask for the status',
}

export interface WebhooksOptions extends OutsideRules {
  readonly signer: WebhookSigner
  readonly clock: Clock
  /** Hears of every webhook that was given up. */
  readonly onLost: (requestId: string, why: string) => void
}

export interface Delivery {
  readonly requestId: string
  readonly url: string
  /** JSON. */
  readonly body: string
}

/** Tells other servers what became of requests, at listed hosts only (outside.ts); what waits is lost when this server stops. */
export class Webhooks implements Disposable {
  readonly #options: WebhooksOptions
  readonly #outside: Outside
  readonly #waiting = new Map<Delivery, () => void>()
  /** Those whose receiver has not answered yet. */
  readonly #called = new Set<Delivery>()
  readonly #stop = new AbortController()

  constructor(options: WebhooksOptions) {
    this.#options = options
    this.#outside = new Outside(options, WEBHOOK)
  }

  get keySet(): WebhookSigner['keySet'] {
    return this.#options.signer.keySet
  }

  /** Why this address will not be called; `undefined` when it will. */
  refusal(url: string): WireError | undefined {
    try {
      if (this.#options.hosts.length === 0) throw new Refused(NONE)
      if (!URL.canParse(url)) throw new Refused('The address of a webhook begins with http:// or https://')
      this.#outside.check(new URL(url))
      return undefined
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      const value = url.slice(0, 80)
      return { code: 'invalid_params', message: error.message, field: 'fal_webhook', value }
    }
  }

  /** Calls until the receiver answers 2xx, at most eleven times. Never rejects. */
  async deliver(delivery: Delivery, attempt = 0): Promise<void> {
    if (this.#stop.signal.aborted) return this.#options.onLost(delivery.requestId, STOPPED)
    this.#called.add(delivery)
    const problem = await this.#post(delivery)
    this.#called.delete(delivery)
    if (problem === undefined || this.#stop.signal.aborted) return
    const waitSeconds = RETRY_SECONDS[attempt]
    if (waitSeconds === undefined) return this.#options.onLost(delivery.requestId, problem)
    this.#makeRoom()
    const again = () => {
      this.#waiting.delete(delivery)
      void this.deliver(delivery, attempt + 1)
    }
    this.#waiting.set(delivery, this.#options.clock.setTimer(again, waitSeconds * 1000))
  }

  /** What went wrong, in words; `undefined` when the receiver has it. */
  async #post({ requestId, url, body }: Delivery): Promise<string | undefined> {
    const signed = this.#options.signer.headersFor(requestId, body)
    const headers = { 'content-type': 'application/json', 'user-agent': 'sketchwire', ...signed }
    const { signal, forget } = this.#patience()
    try {
      const reply = await this.#outside.request(new URL(url), { method: 'POST', headers, body, signal })
      reply.body.destroy()
      const isTaken = reply.statusCode >= 200 && reply.statusCode < 300
      return isTaken ? undefined : `the receiver answered ${reply.statusCode}`
    } catch (error) {
      return error instanceof Refused ? error.message : 'the receiver could not be reached'
    } finally {
      forget()
    }
  }

  /** Of one call, which ends with this server, too. */
  #patience(): { readonly signal: AbortSignal; readonly forget: () => void } {
    // Not AbortSignal.any: on Node 20 each of its signals stays with a long-lived source.
    const call = new AbortController()
    const giveUp = () => call.abort()
    const timer = setTimeout(giveUp, TIMEOUT_MS)
    if (this.#stop.signal.aborted) giveUp()
    this.#stop.signal.addEventListener('abort', giveUp, { once: true })
    const forget = () => {
      clearTimeout(timer)
      this.#stop.signal.removeEventListener('abort', giveUp)
    }
    return { signal: call.signal, forget }
  }

  #makeRoom(): void {
    const [oldest] = this.#waiting
    if (this.#waiting.size < MAX_WAITING || oldest === undefined) return
    const [{ requestId }, cancelTimer] = oldest
    cancelTimer()
    this.#waiting.delete(oldest[0])
    this.#options.onLost(requestId, `${MAX_WAITING} newer ones wait to be sent again`)
  }

  [Symbol.dispose](): void {
    this.#stop.abort()
    for (const cancelTimer of this.#waiting.values()) cancelTimer()
    const lost = [...this.#called, ...this.#waiting.keys()]
    this.#called.clear()
    this.#waiting.clear()
    for (const { requestId } of lost) this.#options.onLost(requestId, STOPPED)
  }
}

const STOPPED = 'the server stopped before the receiver took it'

const NONE =
  'This server calls no webhooks: start it with SKETCHWIRE_FETCH_HOSTS, or submit without fal_webhook and ask for the status'
