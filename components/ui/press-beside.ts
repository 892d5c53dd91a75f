type Pressed = Pick<Event, 'target' | 'currentTarget'>

/**
 * A press on the backdrop of a dialog, which the dialog hears as its own. It is one only where it also began there: a
 * mouse that chooses words in a field is let go anywhere, and the click is then of what holds both places.
 */
export class PressBeside {
  #hasBegun = false

  begin({ target, currentTarget }: Pressed): void {
    this.#hasBegun = target === currentTarget
  }

  /** True when the click is one. */
  end({ target, currentTarget }: Pressed): boolean {
    const isBeside = this.#hasBegun && target === currentTarget
    this.#hasBegun = false
    return isBeside
  }
}
