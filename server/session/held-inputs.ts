import type { FrameRequest } from './frame-request.ts'

export interface InputLimits {
  /** Of one caller, in all of its sessions. */
  readonly callerBytes: number
  readonly bytes: number
}

const MIB = 1024 * 1024

/** A line of plain requests, each as large as a message may be, fits into what one caller may hold. */
export const INPUT_LIMITS: InputLimits = { callerBytes: 128 * MIB, bytes: 512 * MIB }

/**
 * Bytes that the pictures of requests hold in memory while they wait and run. Lines count requests, and a queue has room
 * for hundreds: of a few kilobytes each they are no burden, of megabytes they are the whole memory.
 */
export class InputRoom {
  readonly #limits: InputLimits
  readonly #ofCallers = new Map<string, number>()
  #bytes = 0

  constructor(limits = INPUT_LIMITS) {
    this.#limits = limits
  }

  hasRoom(caller: string, bytes: number): boolean {
    const { callerBytes, bytes: limit } = this.#limits
    return bytes === 0 || (this.#of(caller) + bytes <= callerBytes && this.#bytes + bytes <= limit)
  }

  /** @param change what is held from now on, or negative what is held no more */
  count(caller: string, change: number): void {
    const own = this.#of(caller) + change
    this.#bytes += change
    if (own > 0) this.#ofCallers.set(caller, own)
    else this.#ofCallers.delete(caller)
  }

  #of(caller: string): number {
    return this.#ofCallers.get(caller) ?? 0
  }
}

/** One that runs and one that waits: a caller's long queue does not stop its drawing. */
const ALWAYS_TAKEN = 2

/** What one session's frames in flight hold. Frames made of the same bytes (an upload, say) hold them once. */
export class HeldInputs {
  readonly #room: InputRoom
  readonly #caller: string
  readonly #ofFrames = new Map<number, readonly ArrayBufferLike[]>()
  readonly #uses = new Map<ArrayBufferLike, number>()

  constructor(room: InputRoom, caller: string) {
    this.#room = room
    this.#caller = caller
  }

  /** False when there is no room for the frame's pictures beside those in flight; nothing is held then. */
  take(seq: number, { image, mask }: Pick<FrameRequest, 'image' | 'mask'>): boolean {
    // A picture may be a part of its message, and then it holds the whole of it.
    const all = [image, mask?.image].flatMap((bytes) => (bytes === undefined ? [] : [bytes.buffer]))
    const buffers = [...new Set(all)]
    const fresh = buffers.filter((buffer) => !this.#uses.has(buffer))
    const bytes = bytesOf(fresh)
    if (this.#ofFrames.size >= ALWAYS_TAKEN && !this.#room.hasRoom(this.#caller, bytes)) return false
    this.#room.count(this.#caller, bytes)
    for (const buffer of buffers) this.#uses.set(buffer, (this.#uses.get(buffer) ?? 0) + 1)
    this.#ofFrames.set(seq, buffers)
    return true
  }

  give(seq: number): void {
    const buffers = this.#ofFrames.get(seq) ?? []
    this.#ofFrames.delete(seq)
    for (const buffer of buffers) {
      const uses = (this.#uses.get(buffer) ?? 0) - 1
      if (uses > 0) this.#uses.set(buffer, uses)
      else if (this.#uses.delete(buffer)) this.#room.count(this.#caller, -buffer.byteLength)
    }
  }

  giveAll(): void {
    for (const seq of [...this.#ofFrames.keys()]) this.give(seq)
  }
}

function bytesOf(buffers: readonly ArrayBufferLike[]): number {
  return buffers.reduce((sum, { byteLength }) => sum + byteLength, 0)
}
