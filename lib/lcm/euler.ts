// One step of Euler sampling, on the same flat buffers and the same variance-preserving scale as step.ts.
// diffusers' `EulerDiscreteScheduler.step` (Apache-2.0) keeps its sample as x0 + sigma * eps and divides by
// sqrt(sigma^2 + 1) before the U-Net; that quotient is sqrt(abar) x0 + sqrt(1 - abar) eps, which is what is kept
// here: sigma = sqrt((1 - abar) / abar). Without churn the two are the same numbers.
import { alphaCumprodAt, samplerOf } from './schedule.ts'
import { expectLength, ShapeError } from './shape.ts'
import { predictX0, type StepInput, type StepOutput } from './step.ts'

/**
 * x' = sqrt(abar') (x0 + sigma_down eps + sigma_up z). Euler: sigma_up = 0 and sigma_down = sigma'. Ancestral:
 * sigma_up^2 = sigma'^2 (sigma^2 - sigma'^2) / sigma^2 and sigma_down^2 = sigma'^2 - sigma_up^2.
 * The last step ends at sigma' = 0, which is x0.
 * @throws ShapeError when lengths differ, or noise is missing before an ancestral sampler's last step.
 */
export function eulerStep(input: StepInput): StepOutput {
  const { schedule, timestep, nextTimestep, sample, noise } = input
  const denoised = predictX0(input)
  if (nextTimestep === undefined) return { prev: denoised, denoised }
  const alphaProd = alphaCumprodAt(schedule, timestep)
  const nextAlphaProd = alphaCumprodAt(schedule, nextTimestep)
  const isAncestral = samplerOf(schedule) === 'euler_ancestral'
  if (isAncestral) {
    if (noise === undefined)
      throw new ShapeError('noise', 'noise is missing: only the last step runs without it')
    expectLength('noise', noise, sample.length)
  }
  const sigma2 = (1 - alphaProd) / alphaProd
  const nextSigma2 = (1 - nextAlphaProd) / nextAlphaProd
  const sigmaUp2 = isAncestral ? (nextSigma2 * (sigma2 - nextSigma2)) / sigma2 : 0
  const [sigmaUp, sigmaDown] = [Math.sqrt(sigmaUp2), Math.sqrt(nextSigma2 - sigmaUp2)]
  const [sqrtAlphaProd, sqrtOneMinusAlphaProd] = [Math.sqrt(alphaProd), Math.sqrt(1 - alphaProd)]
  const nextSqrtAlphaProd = Math.sqrt(nextAlphaProd)
  const prev = denoised.map((x0, i) => {
    const epsilon = ((sample[i] ?? 0) - sqrtAlphaProd * x0) / sqrtOneMinusAlphaProd
    return nextSqrtAlphaProd * (x0 + sigmaDown * epsilon + (isAncestral ? sigmaUp * (noise?.[i] ?? 0) : 0))
  })
  return { prev, denoised }
}
