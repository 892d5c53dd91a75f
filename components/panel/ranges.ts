// How far each slider goes, so that none can be put where the model would refuse.
import { effectiveSteps, leastStrengthFor, mostSteps } from '../../lib/protocol/param-limits.ts'
import type { DrawParams, ModelInfo } from '../../lib/protocol/params.ts'

type Range = readonly [number, number]
type Asked = Pick<DrawParams, 'steps' | 'strength'>

/** The range the model allows, less what would leave too few steps. */
export function strengthRange(model: ModelInfo, asked: Asked): Range {
  const [low, high] = model.limits.strength
  // The slider moves in hundredths; 0.14 * 100 is 14.000000000000002.
  const least = Math.ceil(leastStrengthFor(asked, model) * 100 - 1e-6) / 100
  return [Math.min(high, Math.max(low, least)), high]
}

export function stepsRange(model: ModelInfo, { strength }: Asked): Range {
  const [low, high] = model.limits.steps
  if (model.strengthSemantics === 'lcm') return [low, Math.max(low, mostSteps(model, strength))]
  let least = low
  while (least < high && effectiveSteps({ steps: least, strength }, model) < 1) least += 1
  return [least, high]
}

/** Where strength drops steps, how many of them run. */
export function stepsWords(model: ModelInfo, { steps, strength }: Asked): string {
  const running = effectiveSteps({ steps, strength }, model)
  return running === steps ? String(steps) : `${running} of ${steps} run`
}
