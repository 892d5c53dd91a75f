// What was found of each model's precision. Where both sets of graphs are nearly as fast, a second try may find the
// other: a drawing must not look different because its model was put away and opened again.
import type { Manifest } from './manifest.ts'
import type { FoundPrecision } from './precision.ts'

export interface OpenedModel {
  readonly modelDir: string
  readonly manifest: Manifest
}

export class PrecisionMemory {
  readonly #found = new Map<string, FoundPrecision>()

  /** What is known of these very files on this provider. */
  recall(model: OpenedModel, provider: string): FoundPrecision | undefined {
    return this.#found.get(keyOf(model, provider))
  }

  /** Keeps the first finding and answers with it. */
  agree(model: OpenedModel, provider: string, found: FoundPrecision): FoundPrecision {
    const known = this.recall(model, provider) ?? found
    this.#found.set(keyOf(model, provider), known)
    return known
  }
}

/** By content where the manifest tells it: one folder may be reached by several paths. */
function keyOf({ modelDir, manifest: { files, sha256 } }: OpenedModel, provider: string): string {
  const isSealed = Object.keys(sha256).length > 0
  return JSON.stringify([provider, files, isSealed ? sha256 : modelDir])
}
