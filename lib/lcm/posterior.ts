// What a KL encoder says of a picture: mean and log-variance of the latents, [1,2C,h,w].
import { expectLength } from './shape.ts'

/** diffusers' bounds of the log-variance, so that its exponential stays finite. */
const LOG_VARIANCE = [-30, 20] as const

/**
 * The latents of a picture from its moments: mean + exp(logvar / 2) * noise, or the mean alone without noise.
 * Source: diffusers `DiagonalGaussianDistribution.sample` and `.mode`.
 * @param moments [1,2C,h,w] float32: C channels of means, then C of log-variances.
 * @param noise [1,C,h,w] unit normal.
 * @returns a new [1,C,h,w] buffer, not scaled.
 * @throws ShapeError when `noise` is not half as long as `moments`.
 */
export function latentsOfMoments(moments: Float32Array, noise: Float32Array | undefined): Float32Array {
  const length = moments.length / 2
  const mean = moments.slice(0, length)
  if (noise === undefined) return mean
  expectLength('posterior noise', noise, length)
  const [low, high] = LOG_VARIANCE
  return mean.map((value, i) => {
    const logVariance = Math.min(high, Math.max(low, moments[length + i] ?? 0))
    return value + Math.exp(0.5 * logVariance) * (noise[i] ?? 0)
  })
}
