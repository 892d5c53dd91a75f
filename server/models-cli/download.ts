// One file from the hub to disk: continued after a break, hashed on the way, never left under its final name unless whole.
import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readFile, rename, rm, stat, writeFile, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '../../lib/std/errors.ts'
import { diskError } from '../models/disk-error.ts'
import { RETRYABLE, type Hub, type Opened, type RemoteFile } from './hub.ts'

export interface DownloadOptions {
  readonly hub: Hub
  /** Final path of the file. */
  readonly to: string
  readonly expectedSha256: string | undefined
  readonly signal: AbortSignal
  /** Bytes that arrived. */
  readonly onBytes: (bytes: number) => void
  /** Bytes that an earlier try has left; negative where they are fewer than had arrived. */
  readonly onHad: (bytes: number) => void
  /** Waits before another try, ms by try; default 1, 3 and 10 s. */
  readonly retryDelaysMs?: readonly number[]
}

/** Returns the file's SHA-256. @throws AppError `hub_*`, `file_changed`, `disk_full`, `disk_error`, `interrupted`. */
export async function download(file: RemoteFile, options: DownloadOptions): Promise<string> {
  await mkdir(dirname(options.to), { recursive: true }).catch(diskError(options.to))
  const done = await stat(options.to).catch(() => undefined)
  if (done !== undefined && done.size === file.bytes) {
    options.onHad(done.size)
    return checked(file, await hashOf(options.to, done.size), options)
  }
  const delays = [...(options.retryDelaysMs ?? [1000, 3000, 10_000])]
  const told = { bytes: 0 }
  for (;;) {
    try {
      return await attempt(file, options, told)
    } catch (error) {
      const delayMs = error instanceof AppError && RETRYABLE.has(error.code) ? delays.shift() : undefined
      if (delayMs === undefined) throw error
      await pause(delayMs, options.signal)
    }
  }
}

/** @param told how many bytes of the file were told by earlier tries: until it goes on, they are what is there. */
async function attempt(file: RemoteFile, options: DownloadOptions, told: { bytes: number }): Promise<string> {
  const { to, hub, signal, onBytes, onHad } = options
  const partPath = `${to}.part`
  const begin = (from: number) => {
    onHad(from - told.bytes)
    told.bytes = from
  }
  const whole = await finished(file, partPath, { ...options, onHad: begin })
  if (whole !== undefined) return whole
  const known = await partState(partPath, file.bytes)
  const { body, from, etag } = await hub.open(file, known, signal)
  begin(from)
  const hash = await hashState(partPath, from)
  const handle = await open(partPath, from > 0 ? 'r+' : 'w').catch(diskError(to))
  try {
    await handle.truncate(from)
    // Not before: the new etag beside the old bytes would join two files.
    await noteEtag(partPath, { from, etag })
    for await (const chunk of body) {
      await writeAll(handle, chunk, told.bytes).catch(diskError(to))
      hash.update(chunk)
      told.bytes += chunk.length
      onBytes(chunk.length)
      if (told.bytes > file.bytes) break
    }
  } finally {
    await handle.close()
  }
  if (told.bytes !== file.bytes) throw await wrongSize(file, told.bytes, partPath)
  const sha256 = await checked(file, hash.digest('hex'), { ...options, to: partPath })
  await keep(partPath, to)
  return sha256
}

async function noteEtag(partPath: string, { from, etag }: Pick<Opened, 'from' | 'etag'>): Promise<void> {
  const path = `${partPath}.etag`
  if (etag !== undefined) await writeFile(path, etag).catch(diskError(path))
  else if (from === 0) await rm(path, { force: true })
}

async function keep(partPath: string, to: string): Promise<void> {
  await rename(partPath, to).catch(diskError(to))
  await rm(`${partPath}.etag`, { force: true })
}

/** A part that was stopped with its last byte there: its digest, where that is known to be the right one. */
async function finished(
  file: RemoteFile,
  partPath: string,
  { to, expectedSha256 = file.sha256, onHad }: DownloadOptions,
): Promise<string | undefined> {
  const part = await stat(partPath).catch(() => undefined)
  if (part === undefined || part.size !== file.bytes || expectedSha256 === undefined) return undefined
  if ((await hashOf(partPath, part.size)) !== expectedSha256) return undefined
  await keep(partPath, to)
  onHad(part.size)
  return expectedSha256
}

/** A disk that is nearly full takes a part of the chunk without a word; what is left says why. */
async function writeAll(handle: FileHandle, chunk: Uint8Array, at: number): Promise<void> {
  let done = 0
  while (done < chunk.length) {
    const { bytesWritten } = await handle.write(chunk, done, chunk.length - done, at + done)
    done += bytesWritten
  }
}

/** Where to go on. From its end or beyond there is nothing to ask for: such a part is begun anew. */
async function partState(path: string, bytes: number): Promise<{ from: number; etag: string | undefined }> {
  const etag = await readFile(`${path}.etag`, 'utf8').catch(() => undefined)
  const size = (await stat(path).catch(() => undefined))?.size ?? 0
  return etag === undefined || size >= bytes ? { from: 0, etag: undefined } : { from: size, etag }
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
