// Pictures that pass through by address: uploads of clients that send addresses instead of bytes, and results for those
// who asked for addresses. Bounded in number, bytes and time; an address is unguessable and that is what guards it.
import { sniffCodec } from '../../lib/protocol/image-bytes.ts'

export interface FalFilesOptions {
  readonly nowMs: () => number
  /** Unguessable and safe in a path. */
  readonly newId: () => string
  readonly limits?: Partial<FalFilesLimits>
}

export interface FalFilesLimits {
  readonly files: number
  readonly bytes: number
  readonly lifeMs: number
}

export interface FalFile {
  readonly bytes: Uint8Array
  /** What the bytes are, never what the uploader says. */
  readonly contentType: string
}

interface Kept {
  readonly sinceMs: number
  /** `undefined`: announced, and not yet uploaded. */
  readonly bytes: Uint8Array | undefined
}

/**
 * Of one upload. A message is far smaller (8 MiB), but a PNG of the largest picture that is painted from (4096x4096) may
 * be this large, and the clients that upload do so without asking.
 */
export const UPLOAD_LIMIT_BYTES = 32 * 1024 * 1024

const DEFAULT_LIMITS: FalFilesLimits = { files: 512, bytes: 256 * 1024 * 1024, lifeMs: 60 * 60 * 1000 }
const ADDRESS = /\/files\/([\w-]{1,64})\/[^/]*$/

/** The newest files; the oldest go first when there are too many. */
export class FalFiles {
  readonly #options: FalFilesOptions
  readonly #limits: FalFilesLimits
  readonly #files = new Map<string, Kept>()
  #bytes = 0

  constructor(options: FalFilesOptions) {
    this.#options = options
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits }
  }

  /** A place for an upload that is to come; its id. */
  announce(): string {
    return this.#keep(undefined)
  }

  /** A place that waits for its bytes. */
  awaits(id: string): boolean {
    const kept = this.#files.get(id)
    return kept !== undefined && kept.bytes === undefined
  }

  /** Fills an announced place, once; false when there is none (any more). */
  fill(id: string, bytes: Uint8Array): boolean {
    this.#forgetOld()
    const kept = this.#files.get(id)
    if (!kept || kept.bytes !== undefined) return false
    this.#files.set(id, { ...kept, bytes })
    this.#bytes += bytes.length
    this.#forgetOld()
    return true
  }

  /** Keeps bytes of our own; their id. */
  put(bytes: Uint8Array): string {
    const id = this.#keep(bytes)
    this.#forgetOld()
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

  #keep(bytes: Uint8Array | undefined): string {
    const id = this.#options.newId()
    this.#files.set(id, { sinceMs: this.#options.nowMs(), bytes })
    this.#bytes += bytes?.length ?? 0
    return id
  }

  #forgetOld(): void {
    const { files, bytes, lifeMs } = this.#limits
    const since = this.#options.nowMs() - lifeMs
    for (const [id, kept] of this.#files) {
      if (kept.sinceMs > since && this.#files.size <= files && this.#bytes <= bytes) return
      this.#files.delete(id)
      this.#bytes -= kept.bytes?.length ?? 0
    }
  }
}

/** Path of a file. The name is for people and for programs that look at endings. */
export function filePath(id: string, name: string): string {
  return `/files/${id}/${encodeURIComponent(name.replace(/[^\w.-]+/g, '_').slice(-80) || 'file')}`
}
