import { asPainted } from '../../lib/protocol/as-painted.ts'
import type { WireError } from '../../lib/protocol/errors.ts'
import { fitToModel } from '../../lib/protocol/fit-to-model.ts'
import { checkParams } from '../../lib/protocol/param-limits.ts'
import type { DrawParams, ModelInfo } from '../../lib/protocol/params.ts'

const MAX_REVISIONS = 16

interface Revision {
  readonly params: DrawParams
  /** Id of the model they were made for. */
  readonly madeFor: string
}

/** The newest parameters of one session by their revision, each judged by the model of now (SPEC W7, M3, M4). */
export class Revisions {
  readonly #model: () => ModelInfo
  readonly #known = new Map<number, Revision>()
  #last = -1

  constructor(model: () => ModelInfo) {
    this.#model = model
  }

  /** Those the model cannot do are their error; those made for another model are the nearest that this one takes. */
  get(rev: number): DrawParams | WireError | undefined {
    const known = this.#known.get(rev)
    return known && (this.#problem(known) ?? this.#fitted(known))
  }

  /** Returns what is wrong with the revision or its parameters. */
  set(rev: number, params: DrawParams, madeFor = this.#model().id): WireError | undefined {
    if (rev <= this.#last) return this.#old(rev)
    const revision = { params, madeFor }
    this.#last = rev
    this.#known.set(rev, revision)
    for (const old of this.#known.keys()) {
      if (this.#known.size <= MAX_REVISIONS) break
      this.#known.delete(old)
    }
    return this.#problem(revision)
  }

  clear(): void {
    this.#known.clear()
  }

  /** Strength is judged with the frame: without an image it does not matter. */
  #problem({ params, madeFor }: Revision): WireError | undefined {
    const model = this.#model()
    return madeFor === model.id ? checkParams(...asPainted(params, model, false)) : undefined
  }

  #fitted({ params, madeFor }: Revision): DrawParams {
    const model = this.#model()
    return madeFor === model.id ? params : fitToModel(params, model)
  }

  #old(rev: number): WireError {
    const message = `Revision ${rev} came after revision ${this.#last}; revisions only grow`
    const range = `${this.#last + 1}..4294967295`
    return { code: 'invalid_params', message, field: 'rev', value: rev, range }
  }
}
