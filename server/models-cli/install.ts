import { mkdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../lib/std/errors.ts'
import { INSTALL_RECORD, type InstallRecord } from '../engine/folder/config-files.ts'
import { atBest } from '../engine/memory.ts'
import { checkMemory, readModelFolder } from '../engine/model-folder.ts'
import type { CatalogEntry } from './catalog.ts'
import { diskError } from '../models/disk-error.ts'
import { download } from './download.ts'
import type { Hub, RemoteFile } from './hub.ts'
import { createProgress, size } from './progress.ts'
import type { Store } from '../models/store.ts'

export interface InstallOptions {
  readonly store: Store
  readonly hub: Hub
  readonly signal: AbortSignal
  readonly write: (text: string) => void
  readonly isTerminal: boolean
  readonly nowMs: () => number
  /** For tests: free bytes of the disk a folder is on. */
  readonly freeBytes?: (dir: string) => Promise<number>
  readonly retryDelaysMs?: readonly number[]
}

/** Kept free beside the download itself. */
const MARGIN_BYTES = 256e6

/** What a model folder is made of, weights of other frameworks left out. */
const WANTED =
  /^(manifest\.json|model_index\.json|(unet|text_encoder|text_encoder_2|vae_encoder|vae_decoder|vae|scheduler|tokenizer|tokenizer_2)\/[^/]+)$/
const OTHER = /\.(safetensors|bin|msgpack|h5|ckpt|pt|pth|xml|md|png|jpg|pb\.txt)$|\.fp16\.|_pytorch_/

/**
 * Downloads an entry into a folder beside the installed ones, checks that it is a model this engine takes, and only
 * then gives it its name.
 * @throws AppError: one sentence with what and the remedy. What was downloaded stays and is continued from.
 */
export async function install(entry: CatalogEntry, options: InstallOptions): Promise<void> {
  const { store, write } = options
  const files = await remoteFiles(entry, options)
  const partial = store.partialOf(entry.id)
  await mkdir(partial, { recursive: true }).catch(diskError(partial))
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  await checkSpace(partial, files, { ...options, total })
  write(`${entry.name}: ${files.length} files, ${size(total)}\n`)
  const record: InstallRecord = {
    id: entry.id,
    name: entry.name,
    license: entry.license,
    source: entry.parts.map(({ repository, revision }) => `${repository}@${revision}`).join(' + '),
    files: await downloadAll(entry, files, { ...options, total, partial }),
  }
  await writeFile(join(partial, INSTALL_RECORD), `${JSON.stringify(record, undefined, 1)}\n`).catch(
    diskError(partial),
  )
  await checkModel(partial, entry, options)
  await rename(partial, store.folderOf(entry.id)).catch(diskError(partial))
}

async function remoteFiles(
  entry: CatalogEntry,
  { hub, signal }: InstallOptions,
): Promise<readonly RemoteFile[]> {
  const found = new Map<string, RemoteFile>()
  let seen: readonly RemoteFile[] = []
  for (const part of entry.parts) {
    const { only } = part
    const listed = await hub.files(part, signal)
    seen = [...seen, ...listed]
    for (const file of listed) {
      const isAsked = only === undefined || only.some((start) => file.path.startsWith(start))
      if (isAsked && isSafe(file.path) && isWanted(file.path, listed) && !found.has(file.path))
        found.set(file.path, file)
    }
  }
  if (!found.has('unet/model.onnx') && !found.has('manifest.json')) {
    const kinds = [...new Set(seen.map(({ path }) => path.split('.').at(-1) ?? ''))].slice(0, 8).join(', ')
    const message = `${entry.parts[0]?.repository ?? entry.id} is not a model in the ONNX layout: it has no unet/model.onnx (found ${seen.length} files: ${kinds}); choose a repository with ONNX files, or export it (docs/models.md)`
    throw new AppError('not_a_model', message)
  }
  return [...found.values()]
}

/** A model in our own layout names its files itself. */
function isWanted(path: string, all: readonly RemoteFile[]): boolean {
  if (OTHER.test(path)) return path.endsWith('weights.bin')
  return WANTED.test(path) || all.some((file) => file.path === 'manifest.json')
}

function isSafe(path: string): boolean {
  return !path.startsWith('/') && !path.includes('\\') && !path.split('/').includes('..')
}

async function checkSpace(
  partial: string,
  files: readonly RemoteFile[],
  options: InstallOptions & { readonly total: number },
): Promise<void> {
  let have = 0
  for (const { path } of files)
    for (const name of [path, `${path}.part`])
      have += (await stat(join(partial, name)).catch(() => undefined))?.size ?? 0
  const free = await (options.freeBytes ?? freeBytes)(partial)
  const needed = options.total - have + MARGIN_BYTES
  if (free >= needed) return
  const message = `The disk has ${size(free)} free, ${size(needed)} are needed in ${options.store.dir}; free some space and run the same command again`
  throw new AppError('disk_full', message)
}

async function freeBytes(dir: string): Promise<number> {
  const { bavail, bsize } = await statfs(dir)
  return bavail * bsize
}

async function downloadAll(
  entry: CatalogEntry,
  files: readonly RemoteFile[],
  options: InstallOptions & { readonly total: number; readonly partial: string },
): Promise<InstallRecord['files']> {
  const progress = createProgress(options)
  const record: Record<string, { bytes: number; sha256: string }> = {}
  try {
    for (const file of files) {
      const sha256 = await download(file, {
        ...options,
        to: join(options.partial, file.path),
        expectedSha256: entry.sha256[file.path]?.toLowerCase(),
        onBytes: (bytes) => progress.add(bytes),
      })
      record[file.path] = { bytes: file.bytes, sha256 }
    }
    return record
  } finally {
    progress.end()
  }
}

/** What turns out to be no model is thrown away: trying again would download the same. */
async function checkModel(
  partial: string,
  entry: CatalogEntry,
  { store, write }: InstallOptions,
): Promise<void> {
  try {
    const { manifest } = await readModelFolder(partial)
    await checkMemory(partial, manifest, { slots: 1, memory: atBest() }).catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error
      write(`Note: ${error.message}\n`)
    })
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    if (!(error instanceof AppError)) throw error
    throw new AppError(error.code, error.message.replaceAll(partial, store.folderOf(entry.id)), {
      cause: error,
    })
  }
}
