// Which canvas of a page is which, when nobody named their drawings: each holds a place that no other one on the page
// holds. On a page that was just loaded that is its number in the document, so that what was drawn there is found again.

/** What holds a place is on the page, or has left it. */
interface Placed {
  readonly isConnected: boolean
}

export class Places<T extends Placed> {
  /** One that has left keeps its place until a newcomer takes it: moved about the page, it comes back to it. */
  readonly #holders = new Map<string, WeakRef<T>>()

  /** The place of `one`; the first free number, after the letter of its `kind`, where it has none. */
  of(one: T, kind = ''): string {
    const held = this.#heldBy(one)
    if (held !== undefined) return held
    let at = 0
    while (this.#isTaken(`${kind}${at}`)) at += 1
    const place = `${kind}${at}`
    this.#holders.set(place, new WeakRef(one))
    return place
  }

  #heldBy(one: T): string | undefined {
    for (const [place, holder] of this.#holders) if (holder.deref() === one) return place
    return undefined
  }

  #isTaken(place: string): boolean {
    return this.#holders.get(place)?.deref()?.isConnected ?? false
  }
}
