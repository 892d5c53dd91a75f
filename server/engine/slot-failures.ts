// What the end of a slot's process means for the engine: whose fault it was, and what to do about it.
import { AppError } from '../../lib/std/errors.ts'
import { OUT_OF_MEMORY, PROVIDER_FAILED } from './onnx/device-errors.ts'
import type { SlotFailure } from './slot.ts'

/** A child that ends this often before it was ever ready will not start by itself. */
export const START_ATTEMPTS = 3

/** What another provider may cure: a graph that cannot be opened or run where it is. */
const PROVIDER_FAULTS: ReadonlySet<string> = new Set([
  'model_unloadable',
  'model_unusable',
  OUT_OF_MEMORY,
  PROVIDER_FAILED,
])

export interface Circumstances {
  /** No slot was ready yet. */
  readonly isLoading: boolean
  /** Where the engine runs. */
  readonly provider: string
  /** Where the slot ran: another one when the engine has gone on since. */
  readonly slotProvider: string | undefined
  /** Another slot works on the provider of this one. */
  readonly isAnotherReady: boolean
}

export type Verdict =
  /** Nobody's fault, or not yet worth a thought. */
  | 'start again'
  /** The device does not survive what was tried: as many rows in a call, or latents that stay. */
  | 'try less'
  /** There is no room for this one beside the others. */
  | 'leave out'
  /** One more for the ladder. */
  | 'count'
  | 'count as hang'
  /** The provider cannot run the model. */
  | 'next provider'
  /** No provider would help. */
  | 'give up'

export function judge(failure: SlotFailure, now: Circumstances): Verdict {
  const { unusable, failedStarts, measuring, isHang } = failure
  if (measuring !== undefined) return 'try less'
  const isOfProvider = unusable === undefined || PROVIDER_FAULTS.has(unusable.code)
  if (now.isLoading) {
    if (unusable === undefined && failedStarts % START_ATTEMPTS !== 0) return 'start again'
    return isOfProvider ? 'next provider' : 'give up'
  }
  if (now.slotProvider !== now.provider) return 'start again'
  if (failedStarts > 0 && now.isAnotherReady)
    return failedStarts < START_ATTEMPTS ? 'start again' : 'leave out'
  // On a CPU slow is only slow.
  if (isHang) return now.provider === 'cpu' ? 'start again' : 'count as hang'
  return isOfProvider ? 'count' : 'start again'
}

/** Nothing can run the model, or nothing else can. @param others why other providers cannot, in words. */
export function unstartable({ reason, unusable, failedStarts }: SlotFailure, others?: string): AppError {
  const more = others === undefined ? '' : `; ${others}`
  if (unusable !== undefined) return new AppError(unusable.code, `${unusable.message}${more}`)
  const message = `The engine process ended ${failedStarts} times before it was ready (${reason}); see the log lines above${more}`
  return new AppError('engine_unstartable', message)
}
