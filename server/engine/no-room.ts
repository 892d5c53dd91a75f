// What it means that memory ran out while a job was painted. At a size that has worked in this process (the default one
// has, before the first job, and smaller ones with it) it is the device that fails: the frame ends retryably, the process
// starts anew, and the third time in a minute the next provider takes over. At any other size the picture is too large
// for the device: that frame alone ends, for good. Nothing is counted then, or one who draws large would take the GPU
// from everybody. That size is not tried again for a while (size-limits.ts): a try leaves its memory with the session
// that asked for it, and sizes that work would starve. The first frame of those that does fails as above, once, and the
// new process has its memory back.
import type { PixelSize } from './codec.ts'
import type { JobFailure } from './slot-protocol.ts'

export const nameOf = ({ width, height }: PixelSize): string => `${width}x${height}`
export const areaOf = ({ width, height }: PixelSize): number => width * height

/** In the words and codes of the wire. @param size rendered in. @param defaults smaller, and known to work. */
export function noRoom(size: PixelSize, defaults: PixelSize): JobFailure {
  const remedy = `a smaller size, such as ${nameOf(defaults)}`
  const message = `The device has no memory to paint at ${nameOf(size)}; choose ${remedy}, or another model`
  return { code: 'invalid_params', message, place: { field: 'width', value: nameOf(size), range: remedy } }
}
