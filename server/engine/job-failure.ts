import { CancelledError } from '../../lib/lcm/denoise.ts'
import { ScheduleError } from '../../lib/lcm/schedule.ts'
import { isErrorCode } from '../../lib/protocol/errors.ts'
import { AppError, messageOf } from '../../lib/std/errors.ts'
import { OUT_OF_MEMORY, PROVIDER_FAILED } from './onnx/device-errors.ts'
import type { JobFailure } from './slot-protocol.ts'

/** Whatever ended a job, in the words and codes of the wire. */
export function failureOf(error: unknown): JobFailure {
  const message = messageOf(error)
  if (error instanceof CancelledError)
    return { code: 'cancelled', message: `Cancelled after ${error.stepsDone} steps`, place: {} }
  if (error instanceof ScheduleError) {
    const code = error.code === 'steps_strength_too_small' ? error.code : 'invalid_params'
    return { code, message, place: { field: error.field } }
  }
  // What exactly failed may hold paths of this machine: that is for the log alone.
  if (error instanceof AppError && error.code === PROVIDER_FAILED)
    return { code: 'engine_crashed', message: 'The device failed on this frame; send it again', place: {} }
  if (error instanceof AppError && error.code === OUT_OF_MEMORY)
    return {
      code: 'engine_crashed',
      message: 'The device ran out of memory on this frame; send it again',
      place: {},
    }
  if (error instanceof AppError && isErrorCode(error.code))
    return { code: error.code, message, place: error.place }
  return { code: 'internal', message, place: {} }
}
