// One file from the hub to disk: continued after a break, hashed on the way, never left under its final name unless whole.
import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readFile, rename, rm, stat, writeFile, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '../../lib/std/errors.ts'
import { diskError } from '../models/disk-error.ts'
import { RETRYABLE, type Hub, type RemoteFile } from './hub.ts'

export interface DownloadOptions {
  readonly hub: Hub
  /** Final path of the file. */
  readonly to: string
  readonly expectedSha256: string | undefined
  readonly signal: AbortSignal
  /** Bytes that arrived, or were there already; negative when a file starts over. */
  readonly onBytes: (bytes: number) => void
  /** Waits before another try, ms by try; default 1, 3 and 10 s. */
  readonly retryDelaysMs?: readonly number[]
}

/** Returns the file's SHA-256. @throws AppError `hub_*`, `file_changed`, `disk_full`, `disk_error`, `interrupted`. */
export async function download(file: RemoteFile, options: DownloadOptions): Promise<string> {
  await mkdir(dirname(options.to), { recursive: true }).catch(diskError(options.to))
  const done = await stat(options.to).catch(() => undefined)
  if (done !== undefined && done.size === file.bytes) {
    options.onBytes(done.size)
    return checked(file, await hashOf(options.to, done.size), options)
  }
  const delays = [...(options.retryDelaysMs ?? [1000, 3000, 10_000])]
  for (;;) {
    try {
      return await attempt(file, options)
    } catch (error) {
      const delayMs = error instanceof AppError && RETRYABLE.has(error.code) ? delays.shift() : undefined
      if (delayMs === undefined) throw error
      await pause(delayMs, options.signal)
    }
  }
}

async function attempt(file: RemoteFile, options: DownloadOptions): Promise<string> {
  const { to, hub, signal, onBytes } = options
  const partPath = `${to}.part`
  const known = await partState(partPath)
  const { body, from, etag } = await hub.open(file, known, signal)
  if (etag !== undefined) await writeFile(`${partPath}.etag`, etag).catch(diskError(to))
  let counted = from
  onBytes(from)
  try {
    const hash = await hashState(partPath, from)
    const handle = await open(partPath, from > 0 ? 'r+' : 'w').catch(diskError(to))
    try {
      await handle.truncate(from)
      for await (const chunk of body) {
        await writeAll(handle, chunk, counted).catch(diskError(to))
        hash.update(chunk)
        counted += chunk.length
        onBytes(chunk.length)
        if (counted > file.bytes) break
      }
    } finally {
      await handle.close()
    }
    if (counted !== file.bytes) throw await wrongSize(file, counted, partPath)
    const sha256 = await checked(file, hash.digest('hex'), { ...options, to: partPath })
    await rename(partPath, to).catch(diskError(to))
    await rm(`${partPath}.etag`, { force: true })
    return sha256
  } catch (error) {
    onBytes(-counted)
    throw error
  }
}

/** A disk that is nearly full takes a part of the chunk without a word; what is left says why. */
async function writeAll(handle: FileHandle, chunk: Uint8Array, at: number): Promise<void> {
  let done = 0
  while (done < chunk.length) {
    const { bytesWritten } = await handle.write(chunk, done, chunk.length - done, at + done)
    done += bytesWritten
  }
}

async function partState(path: string): Promise<{ from: number; etag: string | undefined }> {
  const etag = await readFile(`${path}.etag`, 'utf8').catch(() => undefined)
  const size = (await stat(path).catch(() => undefined))?.size ?? 0
  return etag === undefined ? { from: 0, etag } : { from: size, etag }
}

/** The digest so far of a file that is continued. */
async function hashState(path: string, bytes: number): Promise<Hash> {
  const hash = createHash('sha256')
  if (bytes === 0) return hash
  for await (const chunk of createReadStream(path, { end: bytes - 1, highWaterMark: 1 << 20 }))
    hash.update(chunk)
  return hash
}

export async function hashOf(path: string, bytes: number): Promise<string> {
  return (await hashState(path, bytes)).digest('hex')
}

/** Fewer bytes are a break, and continued; more are another file than the hub listed. */
async function wrongSize(file: RemoteFile, found: number, partPath: string): Promise<AppError> {
  if (found < file.bytes) {
    const message = `${file.path} broke off after ${found} of ${file.bytes} bytes; run the same command again: it continues there`
    return new AppError('hub_unreachable', message)
  }
  await rm(partPath, { force: true })
  const message = `${file.path} is larger than the ${file.bytes} bytes the hub lists: it changed; run the same command again`
  return new AppError('file_changed', message)
}

async function checked(file: RemoteFile, found: string, options: DownloadOptions): Promise<string> {
  const expected = options.expectedSha256 ?? file.sha256
  if (expected === undefined || expected === found) return found
  await rm(options.to, { force: true })
  await rm(`${options.to}.etag`, { force: true })
  const message = `${file.path} has sha256 ${found}, expected ${expected}: it was damaged on the way or changed on the hub; run the same command again to fetch it anew`
  throw new AppError('file_changed', message)
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
  })
}
