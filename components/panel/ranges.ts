// How far each slider goes, so that none can be put where the model would refuse.
import { effectiveSteps, leastStrength, type DrawParams, type ModelInfo } from '../../lib/protocol/params.ts'

type Range = readonly [number, number]
type Asked = Pick<DrawParams, 'steps' | 'strength'>

/** The range the model allows, less what would leave too few steps. */
export function strengthRange(model: ModelInfo, { steps }: Asked): Range {
  const [low, high] = model.limits.strength
  const bare =
    model.strengthSemantics === 'generic'
      ? leastStrength(1, steps)
      : leastStrength(steps, model.originalInferenceSteps)
  // The slider moves in hundredths; 0.14 * 100 is 14.000000000000002.
  const least = Math.ceil(bare * 100 - 1e-6) / 100
  return [Math.min(high, Math.max(low, least)), high]
}

export function stepsRange(model: ModelInfo, { strength }: Asked): Range {
  const [low, high] = model.limits.steps
  if (model.strengthSemantics === 'lcm')
    return [low, Math.max(low, Math.min(high, Math.trunc(model.originalInferenceSteps * strength)))]
  let least = low
  while (least < high && effectiveSteps({ steps: least, strength }, model) < 1) least += 1
  return [least, high]
}

/** Where strength drops steps, how many of them run. */
export function stepsWords(model: ModelInfo, { steps, strength }: Asked): string {
  const running = effectiveSteps({ steps, strength }, model)
  return running === steps ? String(steps) : `${running} of ${steps} run`
}
