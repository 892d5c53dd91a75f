import { useEffect, useMemo } from 'react'
import { messageOf } from '../../lib/std/errors.ts'
import { notify, offer, type StayingNotice } from '../session/notices.ts'
import type { PinBoard } from '../session/pin-board.ts'

/**
 * Takes pins off the strip and offers them back for a while: one press is easily one too many, and a pin is a drawing,
 * too. They are deleted when the offer is over. A page that goes meanwhile has them again when it comes back.
 */
export class PinRemoval {
  readonly #pins: PinBoard
  #offered: StayingNotice | undefined

  constructor(pins: PinBoard) {
    this.#pins = pins
    // Another tab has deleted them for good: there is nothing to bring back.
    pins.store.subscribe(({ removed }) => removed.length === 0 && this.#offered?.close())
  }

  remove(id: string): void {
    this.#pins.remove(id)
    const { length } = this.#pins.store.getState().removed
    const text = length === 1 ? 'Pin removed' : `${length} pins removed`
    if (this.#offered) this.#offered.say(text)
    else
      this.#offered = offer(text, [{ label: 'Bring back', run: () => this.#bringBack() }], () =>
        this.#delete(),
      )
  }

  /** The way back is over. */
  close(): void {
    this.#offered?.close()
  }

  #bringBack(): void {
    this.#offered = undefined
    this.#pins.bringBack()
  }

  #delete(): void {
    this.#offered = undefined
    this.#pins.deleteRemoved().catch((error: unknown) => {
      notify(`The pin could not be removed, and is back: ${messageOf(error)}`, 'problem')
    })
  }
}

/** What removes a pin of the drawing that is open. */
export function usePinRemoval(pins: PinBoard): PinRemoval {
  const removal = useMemo(() => new PinRemoval(pins), [pins])
  useEffect(() => () => removal.close(), [removal])
  return removal
}
