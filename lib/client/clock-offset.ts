/** One answered ping: when we sent it, what the server's clock said, when the answer came. Milliseconds. */
export interface PingSample {
  readonly sentMs: number
  readonly serverMs: number
  readonly receivedMs: number
}

export interface ClockEstimate {
  /** Round trip of the newest ping in ms. */
  readonly roundTripMs: number
  /** Add to our clock to get the server's, in ms. Off by at most half the smallest round trip. */
  readonly offsetMs: number
}

const REMEMBERED = 8

/** Clock filter of NTP (RFC 5905, section 10): of the last samples the one with the smallest round trip lies least. */
export class ClockOffset {
  #samples: { roundTripMs: number; offsetMs: number }[] = []

  add(sample: PingSample): ClockEstimate {
    const roundTripMs = sample.receivedMs - sample.sentMs
    const offsetMs = sample.serverMs - (sample.sentMs + sample.receivedMs) / 2
    this.#samples = [...this.#samples, { roundTripMs, offsetMs }].slice(-REMEMBERED)
    const best = this.#samples.reduce((a, b) => (b.roundTripMs <= a.roundTripMs ? b : a))
    return { roundTripMs, offsetMs: best.offsetMs }
  }
}
