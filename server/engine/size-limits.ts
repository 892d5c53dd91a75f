import type { Clock } from '../../lib/std/clock.ts'
import type { PixelSize } from './codec.ts'
import { areaOf } from './no-room.ts'

/** For so long (ms) a size is left alone: what took the memory may have been another program, which has ended since. */
const REST_MS = 10 * 60_000

/** Sizes that a device had no memory for: neither they nor any with as many pixels are tried again for a while. */
export class SizeLimits {
  readonly #clock: Clock
  readonly #defaults: PixelSize
  /** By provider. */
  readonly #found = new Map<string, { readonly area: number; readonly atMs: number }>()

  /** @param defaults the size that works wherever the model does; it and smaller ones are never refused. */
  constructor(clock: Clock, defaults: PixelSize) {
    this.#clock = clock
    this.#defaults = defaults
  }

  failedAt(provider: string, size: PixelSize): void {
    const area = Math.min(areaOf(size), this.#leastArea(provider))
    this.#found.set(provider, { area, atMs: this.#clock.now() })
  }

  refuses(provider: string, size: PixelSize): boolean {
    const area = areaOf(size)
    return area > areaOf(this.#defaults) && area >= this.#leastArea(provider)
  }

  #leastArea(provider: string): number {
    const found = this.#found.get(provider)
    return found === undefined || this.#clock.now() - found.atMs >= REST_MS ? Infinity : found.area
  }
}
