import { eulerStep } from './euler.ts'
import { samplerOf } from './schedule.ts'
import { lcmStep, type StepInput, type StepOutput } from './step.ts'

/**
 * One step of the schedule's own sampler, see `Sampler`.
 * @throws ShapeError, ScheduleError as `lcmStep`.
 */
export function samplerStep(input: StepInput): StepOutput {
  return samplerOf(input.schedule) === 'lcm' ? lcmStep(input) : eulerStep(input)
}
