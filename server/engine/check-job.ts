import { asPainted } from '../../lib/protocol/as-painted.ts'
import { checkParams } from '../../lib/protocol/param-limits.ts'
import type { ModelInfo } from '../../lib/protocol/params.ts'
import { EngineError, type Job } from './engine.ts'

/**
 * Refuses a job this model cannot run, before a slot is taken for it.
 * @throws EngineError `invalid_params` or `steps_strength_too_small`, naming the field.
 */
export function checkJob(job: Job, model: ModelInfo): void {
  const problem = checkParams(...asPainted(job, model, job.image !== undefined))
  if (problem === undefined) return
  const { code, message, field, value, range } = problem
  throw new EngineError(code, message, {
    ...(field === undefined ? {} : { field }),
    ...(value === undefined ? {} : { value }),
    ...(range === undefined ? {} : { range }),
  })
}
