import type { LimitedParams, ModelLimits } from './param-limits.ts'

/** Of a schedule that runs from pure noise: all of it. */
const WHOLE = 1

/**
 * What a frame is painted with, and the limits of the model for it. From the words alone the whole schedule runs, whatever
 * strength was asked; `limits.strength` is about sketches, and a model that keeps close to them may end it below 1.
 */
export function asPainted<P extends LimitedParams, M extends ModelLimits>(
  params: P,
  model: M,
  hasImage: boolean,
): readonly [P, M] {
  if (hasImage) return [params, model]
  const limits = { ...model.limits, strength: [WHOLE, WHOLE] }
  return [
    { ...params, strength: WHOLE },
    { ...model, limits },
  ]
}
