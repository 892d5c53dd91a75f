// The certificate is read when the server starts and never again: uWebSockets.js keeps what it was given then. So a renewed
// one needs a restart, and one that nobody renews, or nobody restarts for, is told of while there is time.
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Clock } from '../../lib/std/clock.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** Who renews does so with a third of the time left: with less than a quarter, or two weeks, something went wrong. */
const WARN_BEFORE_MS = 14 * DAY_MS
const WARN_BEFORE_SHARE = 1 / 4

export interface CertificateWatchOptions {
  /** PEM that was found to be good; its first certificate is the server's own. */
  readonly certFile: string
  readonly clock: Clock
  /** Wall-clock time in ms since 1970. */
  readonly epochMs: () => number
  /** Gets a sentence, at once and then every day. */
  readonly warn: (sentence: string) => void
}

export class CertificateWatch implements Disposable {
  /** When the certificate in use ends, in ms since 1970. */
  readonly endsAtMs: number
  readonly #options: CertificateWatchOptions
  readonly #warnAtMs: number
  #cancelTimer: () => void = () => undefined

  constructor(options: CertificateWatchOptions) {
    this.#options = options
    const { fromMs, toMs } = validityOf(options.certFile)
    this.endsAtMs = toMs
    this.#warnAtMs = toMs - Math.min(WARN_BEFORE_MS, (toMs - fromMs) * WARN_BEFORE_SHARE)
    this.#look()
  }

  #look(): void {
    const { clock, epochMs, warn } = this.#options
    const nowMs = epochMs()
    if (nowMs > this.#warnAtMs) warn(this.#sentence(nowMs))
    this.#cancelTimer = clock.setTimer(() => this.#look(), DAY_MS)
  }

  #sentence(nowMs: number): string {
    const { certFile } = this.#options
    const date = new Date(this.endsAtMs).toISOString().slice(0, 10)
    const when = nowMs < this.endsAtMs ? `ends on ${date}` : `ended on ${date}, and browsers refuse it`
    const remedy = this.#isRenewed()
      ? `${certFile} has been renewed since: restart the server`
      : `Renew ${certFile}, then restart the server`
    return `The TLS certificate in use ${when}. ${remedy}, which reads it at start alone.`
  }

  #isRenewed(): boolean {
    try {
      return validityOf(this.#options.certFile).toMs > this.endsAtMs
    } catch {
      return false
    }
  }

  [Symbol.dispose](): void {
    this.#cancelTimer()
  }
}

function validityOf(certFile: string): { readonly fromMs: number; readonly toMs: number } {
  const { validFrom, validTo } = new X509Certificate(readFileSync(certFile))
  return { fromMs: Date.parse(validFrom), toMs: Date.parse(validTo) }
}
