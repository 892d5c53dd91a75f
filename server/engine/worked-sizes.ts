import { AppError } from '../../lib/std/errors.ts'
import type { PixelSize } from './codec.ts'
import { failureOf } from './job-failure.ts'
import { areaOf, nameOf, noRoom } from './no-room.ts'
import { OUT_OF_MEMORY, PROVIDER_FAILED } from './onnx/device-errors.ts'
import type { FailedJob } from './slot-protocol.ts'

/** The sizes that a process has painted in, and what the end of a job means by them: see no-room.ts. */
export class WorkedSizes {
  readonly #provider: string
  readonly #defaults: PixelSize
  readonly #names = new Set<string>()

  /** @param defaults the size that was rehearsed. */
  constructor(provider: string, defaults: PixelSize) {
    this.#provider = provider
    this.#defaults = defaults
  }

  worked(size: PixelSize): void {
    this.#names.add(nameOf(size))
  }

  /** What the parent is told of a job that was rendered in `size`. */
  failed(error: unknown, size: PixelSize): FailedJob {
    if (!(error instanceof AppError)) return { failure: failureOf(error) }
    const isFull = error.code === OUT_OF_MEMORY
    if (isFull && !this.#hasWorked(size)) return { failure: noRoom(size, this.#defaults), noRoomFor: size }
    // A CPU's sessions outlive it, and hold no memory between runs.
    const isFatal = error.code === PROVIDER_FAILED || (isFull && this.#provider !== 'cpu')
    return { failure: failureOf(error), ...(isFatal ? { fatal: error.message } : {}) }
  }

  #hasWorked(size: PixelSize): boolean {
    return areaOf(size) <= areaOf(this.#defaults) || this.#names.has(nameOf(size))
  }
}
