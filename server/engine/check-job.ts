import { checkParams, type ModelInfo } from '../../lib/protocol/params.ts'
import { nearestBucket, wholeFactor } from './buckets.ts'
import { EngineError, type Job } from './engine.ts'

/**
 * Refuses a job this model cannot run, before a slot is taken for it.
 * @throws EngineError `invalid_params` or `steps_strength_too_small`, naming the field.
 */
export function checkJob(job: Job, model: ModelInfo): void {
  // Without an image the strength is not read, so a caller's leftover value must not refuse the job.
  const problem = checkParams(
    { ...job, strength: job.image === undefined ? model.limits.strength[1] : job.strength },
    model,
  )
  if (problem !== undefined) {
    const { code, message, field, value, range } = problem
    throw new EngineError(code, message, {
      ...(field === undefined ? {} : { field }),
      ...(value === undefined ? {} : { value }),
      ...(range === undefined ? {} : { range }),
    })
  }
  if (job.noiseFrom === undefined) return
  const from = nearestBucket(model.sizes, job.noiseFrom)
  const to = nearestBucket(model.sizes, job)
  if (wholeFactor(from, to) !== undefined) return
  const sizes = `${from.width}x${from.height} does not fit a whole number of times into ${to.width}x${to.height}`
  throw new EngineError('invalid_params', `noiseFrom ${sizes}; leave it out or choose another size`, {
    field: 'noiseFrom',
  })
}
