import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../lib/std/errors.ts'
import { INSTALL_RECORD, type InstallRecord } from '../engine/folder/config-files.ts'
import { atBest, readMemory, type Memory } from '../engine/memory.ts'
import { verifyFiles } from '../engine/verify-files.ts'
import type { Manifest } from '../engine/manifest.ts'
import { checkMemory, memoryProblem, readModelFolder, type MemoryNeeds } from '../engine/model-folder.ts'
import { onlyProvider, thisMachine } from '../engine/providers.ts'
import type { CatalogEntry } from './catalog.ts'
import { diskError } from '../models/disk-error.ts'
import { freeBytes } from '../models/free-bytes.ts'
import { download } from './download.ts'
import type { Hub, RemoteFile } from './hub.ts'
import { withLock } from './lock.ts'
import { createProgress, size, type Progress } from './progress.ts'
import { withoutPaths } from '../models/shelf.ts'
import type { Store } from '../models/store.ts'
import { chooseFiles, namedFiles, type FoundFiles } from './wanted-files.ts'

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
  /** For tests: of this machine. */
  readonly memory?: () => Memory
}

/** Kept free beside the download itself. */
const MARGIN_BYTES = 256e6

/**
 * Downloads an entry into a folder beside the installed ones, checks that it is a model this engine takes, and only
 * then gives it its name.
 * @throws AppError: one sentence with what and the remedy. What was downloaded stays and is continued from.
 */
export function install(entry: CatalogEntry, options: InstallOptions): Promise<void> {
  return withLock(options.store, entry.id, () => installAlone(entry, options))
}

async function installAlone(entry: CatalogEntry, options: InstallOptions): Promise<void> {
  const { store, write } = options
  // Nobody had, when this command began: another one may have ended since.
  if (store.has(entry.id)) throw alreadyInstalled(entry.id)
  const found = chooseFiles(entry, await listsOf(entry, options))
  const expected = [...found.describing, ...found.likely]
  const partial = store.partialOf(entry.id)
  await mkdir(partial, { recursive: true }).catch(diskError(partial))
  await checkSpace(partial, expected, options)
  write(`${entry.name}: about ${expected.length} files, ${size(bytesOf(expected))}\n`)
  noteListed(entry, bytesOf(expected), options)
  const files = await downloadModel(entry, found, { ...options, partial })
  const source = entry.parts.map(({ repository, revision }) => `${repository}@${revision}`).join(' + ')
  const record: InstallRecord = { id: entry.id, name: entry.name, license: entry.license, source, files }
  await writeFile(join(partial, INSTALL_RECORD), `${JSON.stringify(record, undefined, 1)}\n`).catch(
    diskError(partial),
  )
  await orThrownAway(entry, partial, () => checkModel(partial, options))
  await rename(partial, store.folderOf(entry.id)).catch(diskError(partial))
}

function alreadyInstalled(id: string): AppError {
  return new AppError('already_installed', `${id} is installed already; "verify ${id}" checks its files`)
}

async function listsOf(entry: CatalogEntry, { hub, signal }: InstallOptions) {
  const lists: (readonly RemoteFile[])[] = []
  for (const part of entry.parts) lists.push(await hub.files(part, signal))
  return lists
}

type Files = InstallRecord['files']

/** What describes the model first: whether it is one is known before its weights are fetched, and what they are called. */
async function downloadModel(
  entry: CatalogEntry,
  found: FoundFiles,
  options: InstallOptions & { readonly partial: string },
): Promise<Files> {
  const { partial } = options
  const { describing, likely } = found
  const progress = createProgress({ ...options, total: bytesOf(describing) + bytesOf(likely) })
  const fetching = { ...options, entry, progress }
  try {
    const described = await downloadAll(describing, fetching)
    const named = await orThrownAway(entry, partial, () => namedFiles(entry, partial, found))
    const rest = named.filter((file) => !describing.includes(file))
    progress.expect(bytesOf(rest) - bytesOf(likely))
    await checkSpace(partial, [...describing, ...rest], options)
    return { ...described, ...(await downloadAll(rest, fetching)) }
  } finally {
    progress.end()
  }
}

const bytesOf = (files: readonly RemoteFile[]): number => files.reduce((sum, { bytes }) => sum + bytes, 0)

async function checkSpace(
  partial: string,
  files: readonly RemoteFile[],
  options: InstallOptions,
): Promise<void> {
  let have = 0
  for (const { path } of files)
    for (const name of [path, `${path}.part`])
      have += (await stat(join(partial, name)).catch(() => undefined))?.size ?? 0
  const free = await (options.freeBytes ?? freeBytes)(partial)
  const needed = bytesOf(files) - have + MARGIN_BYTES
  if (free >= needed) return
  const message = `The disk has ${size(free)} free, ${size(needed)} are needed in ${options.store.dir}; free some space and run the same command again`
  throw new AppError('disk_full', message)
}

interface Fetching extends InstallOptions {
  readonly entry: CatalogEntry
  readonly partial: string
  readonly progress: Progress
}

async function downloadAll(files: readonly RemoteFile[], options: Fetching): Promise<Files> {
  const { entry, partial, progress } = options
  const record: Record<string, { bytes: number; sha256: string }> = {}
  for (const file of files) {
    const sha256 = await download(file, {
      ...options,
      to: join(partial, file.path),
      expectedSha256: entry.sha256[file.path]?.toLowerCase(),
      onBytes: (bytes) => progress.add(bytes),
      onHad: (bytes) => progress.had(bytes),
    })
    record[file.path] = { bytes: file.bytes, sha256 }
  }
  return record
}

async function checkModel(partial: string, options: InstallOptions): Promise<void> {
  const { manifest, isSealed } = await readModelFolder(partial)
  await verifyFiles(partial, manifest, { hashes: isSealed })
  await noteMemory(partial, manifest, options)
}

/** Installed it may be all the same: for a machine with more, or for when there is less beside it. */
export async function noteMemory(
  folder: string,
  manifest: Manifest,
  options: Pick<InstallOptions, 'memory' | 'write'>,
): Promise<void> {
  await checkMemory(folder, manifest, needsHere(options)).catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error
    options.write(`Note: ${error.message}\n`)
  })
}

/** By the hub's list, before there is a folder to look into: float16 may count twice when there is. */
function noteListed({ name }: CatalogEntry, bytes: number, options: InstallOptions): void {
  const problem = memoryProblem(name, bytes, needsHere(options))
  if (problem !== undefined)
    options.write(`Note: ${problem.message}. Ctrl-C stops the download; what has arrived is kept.\n`)
}

/** What a model may take when it is started one day: all the memory, and a GPU if there could be one. */
export function needsHere({ memory = readMemory }: Pick<InstallOptions, 'memory'>): MemoryNeeds {
  return { slots: 1, memory: atBest(memory()), provider: onlyProvider(thisMachine()) }
}

/** What turns out to be no model is thrown away: trying again would download the same. */
async function orThrownAway<T>(entry: CatalogEntry, partial: string, check: () => Promise<T>): Promise<T> {
  try {
    return await check()
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    if (!(error instanceof AppError)) throw error
    // Nobody can look into a folder that is gone: its files go by the model's id.
    const { message } = withoutPaths(error, entry.id, partial)
    throw new AppError(
      error.code,
      `${entry.name} is not installed, what was downloaded is deleted: ${message}`,
      {
        cause: error,
      },
    )
  }
}
