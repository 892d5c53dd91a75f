// Pictures that pass through by address: uploads of clients that send addresses instead of bytes, and results for those
// who asked for addresses. Bounded in bytes, number and time; an address is unguessable and that is what guards it.
import { sniffCodec } from '../../lib/protocol/image-bytes.ts'

export interface FalFilesOptions {
  readonly nowMs: () => number
  /** Unguessable and safe in a path. */
  readonly newId: () => string
  readonly limits?: Partial<FalFilesLimits>
}

export interface FalFilesLimits {
  /** Of all files together: what is usually met first. */
  readonly bytes: number
  /** So that empty ones have an end, too. */
  readonly files: number
  /** Places for uploads to come. They hold nothing, and take no file's place. */
  readonly announced: number
  readonly lifeMs: number
}

export interface FalFile {
  readonly bytes: Uint8Array
  /** What the bytes are, never what the uploader says. */
  readonly contentType: string
}

interface Kept {
  readonly sinceMs: number
  readonly bytes: Uint8Array
}

/**
 * Of one upload. A message is far smaller (8 MiB), but a PNG of the largest picture that is painted from (4096x4096) may
 * be this large, and the clients that upload do so without asking.
 */
export const UPLOAD_LIMIT_BYTES = 32 * 1024 * 1024

const DEFAULT_LIMITS: FalFilesLimits = {
  bytes: 256 * 1024 * 1024,
  files: 65_536,
  announced: 4096,
  lifeMs: 60 * 60 * 1000,
}
const ADDRESS = /\/files\/([\w-]{1,64})\/[^/]*$/

/** The newest files; the oldest go first when there are too many. */
export class FalFiles {
  readonly #options: FalFilesOptions
  readonly #limits: FalFilesLimits
  readonly #files = new Map<string, Kept>()
  /** When each place was announced. */
  readonly #announced = new Map<string, number>()
  #bytes = 0

  constructor(options: FalFilesOptions) {
    this.#options = options
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits }
  }

  /** A place for an upload that is to come; its id. */
  announce(): string {
    const id = this.#options.newId()
    this.#announced.set(id, this.#options.nowMs())
    this.#forgetOld()
    return id
  }

  /** A place that waits for its bytes. */
  awaits(id: string): boolean {
    this.#forgetOld()
    return this.#announced.has(id)
  }

  /** Fills an announced place, once; false when there is none (any more). */
  fill(id: string, bytes: Uint8Array): boolean {
    this.#forgetOld()
    if (!this.#announced.delete(id)) return false
    this.#keep(id, bytes)
    return true
  }

  /** Keeps bytes of our own; their id. */
  put(bytes: Uint8Array): string {
    const id = this.#options.newId()
    this.#keep(id, bytes)
    return id
  }

  get(id: string): FalFile | undefined {
    this.#forgetOld()
    const bytes = this.#files.get(id)?.bytes
    if (!bytes) return undefined
    const codec = sniffCodec(bytes)
    return { bytes, contentType: codec ? `image/${codec}` : 'application/octet-stream' }
  }

  /** The file that an address of this server names, whatever host it was reached by. */
  read(address: string): Uint8Array | undefined {
    const path = URL.canParse(address) ? new URL(address).pathname : ''
    const [, id] = ADDRESS.exec(path) ?? []
    return id === undefined ? undefined : this.get(id)?.bytes
  }

  #keep(id: string, bytes: Uint8Array): void {
    this.#files.set(id, { sinceMs: this.#options.nowMs(), bytes })
    this.#bytes += bytes.length
    this.#forgetOld()
  }

  /** Both maps are in the order of their times. */
  #forgetOld(): void {
    const { files, bytes, announced, lifeMs } = this.#limits
    const since = this.#options.nowMs() - lifeMs
    for (const [id, sinceMs] of this.#announced) {
      if (sinceMs > since && this.#announced.size <= announced) break
      this.#announced.delete(id)
    }
    for (const [id, kept] of this.#files) {
      if (kept.sinceMs > since && this.#files.size <= files && this.#bytes <= bytes) break
      this.#files.delete(id)
      this.#bytes -= kept.bytes.length
    }
  }
}

/** Path of a file. The name is for people and for programs that look at endings. */
export function filePath(id: string, name: string): string {
  return `/files/${id}/${encodeURIComponent(name.replace(/[^\w.-]+/g, '_').slice(-80) || 'file')}`
}
