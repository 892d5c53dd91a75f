// What a refinement is, for both ends: a page foresees its size, the server makes it whatever size a client names.
import { clamp, sameShape } from './fit-to-model.ts'
import { mostSteps } from './param-limits.ts'
import type { DrawParams, ModelInfo } from './params.ts'
import type { Size } from '../std/size.ts'

/** Of a model that says nothing of refinements, asked for one all the same. */
const USUAL_STEPS = 8

/** The model's own size for refinements, or its next larger of exactly the same shape: another would move the layout. */
export function refinedSize(of: Size, model: ModelInfo): Size | undefined {
  const fits = (size: Size): boolean => size.width > of.width && sameShape(size, of)
  if (model.refine && fits(model.refine)) return model.refine
  return model.sizes.filter(fits).sort((a, b) => a.width - b.width)[0]
}

/** As many as the model wants and the strength leaves, never fewer than `params` has. */
export function refinedSteps(params: Pick<DrawParams, 'steps' | 'strength'>, model: ModelInfo): number {
  const wanted = clamp(model.refine?.steps ?? USUAL_STEPS, model.limits.steps)
  return Math.max(params.steps, Math.min(wanted, mostSteps(model, params.strength)))
}
