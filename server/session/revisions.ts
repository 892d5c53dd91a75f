import type { WireError } from '../../lib/protocol/errors.ts'
import { checkParams } from '../../lib/protocol/params.ts'
import type { DrawParams, ModelInfo } from '../../lib/protocol/params.ts'

const MAX_REVISIONS = 16

/** The newest parameters of one session by their revision; those the model cannot do are kept as their error (SPEC W7). */
export class Revisions {
  readonly #model: ModelInfo
  readonly #known = new Map<number, DrawParams | WireError>()
  #last = -1

  constructor(model: ModelInfo) {
    this.#model = model
  }

  get(rev: number): DrawParams | WireError | undefined {
    return this.#known.get(rev)
  }

  /** Returns what is wrong with the revision or its parameters. */
  set(rev: number, params: DrawParams): WireError | undefined {
    if (rev <= this.#last) return this.#old(rev)
    // Strength is judged with the frame: without an image it does not matter.
    const error = checkParams({ ...params, strength: 1 }, this.#model)
    this.#last = rev
    this.#known.set(rev, error ?? params)
    for (const old of this.#known.keys()) {
      if (this.#known.size <= MAX_REVISIONS) break
      this.#known.delete(old)
    }
    return error
  }

  clear(): void {
    this.#known.clear()
  }

  #old(rev: number): WireError {
    const message = `Revision ${rev} came after revision ${this.#last}; revisions only grow`
    const range = `${this.#last + 1}..4294967295`
    return { code: 'invalid_params', message, field: 'rev', value: rev, range }
  }
}
