// Fills `.cuda` (cuda-folder.ts) in a folder beside it, which gets the name when all is there. A run that was broken off
// goes on behind the last wheel that it had whole.
import { existsSync } from 'node:fs'
import { copyFile, lstat, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../lib/std/errors.ts'
import {
  aboutFileOf,
  librariesOf,
  PROVIDER_FILES,
  readAbout,
  useCudaFolder,
  type About,
  type Runtime,
} from '../engine/cuda-folder.ts'
import { size } from '../models-cli/progress.ts'
import { diskError } from '../models/disk-error.ts'
import { freeBytes } from '../models/free-bytes.ts'
import { downloadWheel, requirement, unpackWheel, type Python } from './pip.ts'
import type { Wheel } from './wheels.ts'

/**
 * What a wheel may need while it is taken: as pip has it in its temporary folder, as it saves it, and unpacked. The largest
 * is cuDNN for CUDA 12 (707 MB, 1.2 GB unpacked; 2026-11-22); CUDA 13's seven leave 1.9 GB behind.
 */
const WHEEL_BYTES = 2.7e9
const KEPT_BYTES = 0.25e9
const LIBRARY = /\.so(\.\d+)*$/
/** Of onnxruntime's own wheel nothing else is of use here: its other libraries are Python's. */
const OTHERS = /^(libonnxruntime\.so|libonnxruntime_providers_tensorrt|onnxruntime_pybind)/

export interface InstallCudaOptions {
  readonly runtime: Runtime
  readonly about: About
  readonly wheels: readonly Wheel[]
  readonly python: Python
  /** Brings the provider beside onnxruntime's library where it is in no wheel. @throws AppError where it cannot. */
  readonly fetchProvider?: () => Promise<void>
  readonly freeBytes?: (folder: string) => Promise<number>
}

/** @throws AppError in words for people; what has arrived is kept for the next try. */
export async function installCuda(options: InstallCudaOptions): Promise<void> {
  const { runtime, about, wheels, python } = options
  const part = `${runtime.cudaFolder}.part`
  await startOrGoOn(part, about)
  const missing = wheels.filter((wheel) => !existsSync(markOf(wheel, part)))
  await checkRoom(part, missing.length, options.freeBytes ?? freeBytes)
  if (options.fetchProvider) await fetchInto(librariesOf(part), runtime, options.fetchProvider)
  for (const wheel of missing) await takeWheel(wheel, part, python)
  // Older ones would be in the way of the links.
  for (const file of PROVIDER_FILES) await rm(join(runtime.dir, file), { force: true }).catch(diskError(file))
  await rm(join(part, 'had'), { recursive: true, force: true })
  await rm(runtime.cudaFolder, { recursive: true, force: true })
  await rename(part, runtime.cudaFolder).catch(diskError(runtime.cudaFolder))
  const problem = useCudaFolder(runtime)
  if (problem !== undefined) throw new AppError('unlinked', problem)
}

/** What an earlier run left is of use where it was for the same provider. */
async function startOrGoOn(part: string, about: About): Promise<void> {
  const had = readAbout(part)
  const isSame = had?.cuda === about.cuda && had.onnxruntime === about.onnxruntime
  if (!isSame) await rm(part, { recursive: true, force: true }).catch(diskError(part))
  for (const folder of [librariesOf(part), join(part, 'had')])
    await mkdir(folder, { recursive: true }).catch(diskError(folder))
  await writeFile(aboutFileOf(part), `${JSON.stringify(about)}\n`).catch(diskError(part))
}

/** @param wheels that are still to come. */
async function checkRoom(
  part: string,
  wheels: number,
  free: (folder: string) => Promise<number>,
): Promise<void> {
  const needed = wheels === 0 ? 0 : WHEEL_BYTES + (wheels - 1) * KEPT_BYTES
  const bytes = await free(part)
  if (bytes >= needed) return
  const message = `The disk has ${size(bytes)} free, ${size(needed)} are needed in ${part}; free some space and run "npm run gpu:cuda" again`
  throw new AppError('disk_full', message)
}

const markOf = ({ name, version }: Wheel, part: string): string => join(part, 'had', `${name}-${version}`)

/** Its libraries, and nothing else of it; kept in mind by a file of its name, written last. */
async function takeWheel(wheel: Wheel, part: string, python: Python): Promise<void> {
  const mark = markOf(wheel, part)
  const work = join(part, 'work')
  await rm(work, { recursive: true, force: true }).catch(diskError(work))
  await mkdir(work, { recursive: true }).catch(diskError(work))
  const list = join(work, 'requirements.txt')
  await writeFile(list, requirement(wheel)).catch(diskError(list))
  await downloadWheel(wheel, { list, into: work }, python)
  const file = (await readdir(work)).find((name) => name.endsWith('.whl'))
  if (file === undefined)
    throw new AppError('download_failed', `pip left no wheel of ${wheel.name} in ${work}`)
  await unpackWheel(join(work, file), join(work, 'unpacked'), python)
  await takeLibraries(join(work, 'unpacked'), librariesOf(part))
  await rm(work, { recursive: true, force: true })
  await writeFile(mark, '').catch(diskError(mark))
}

/** All into one folder: there is one path to name to the loader, and they look for each other beside themselves. */
async function takeLibraries(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !LIBRARY.test(entry.name) || OTHERS.test(entry.name)) continue
    await rename(join(entry.parentPath, entry.name), join(to, entry.name)).catch(diskError(to))
  }
}

/** What the installer lays into `dir` goes along with the rest. It would write through links to what is in use. */
async function fetchInto(libraries: string, runtime: Runtime, fetch: () => Promise<void>): Promise<void> {
  const { dir } = runtime
  if (PROVIDER_FILES.every((file) => existsSync(join(libraries, file)))) return
  for (const file of PROVIDER_FILES) {
    const path = join(dir, file)
    const stats = await lstat(path).catch(() => undefined)
    if (stats?.isSymbolicLink()) await rm(path).catch(diskError(path))
  }
  await fetch().catch((error: unknown) => {
    // A server that is running finds what it had.
    useCudaFolder(runtime)
    throw error
  })
  for (const file of PROVIDER_FILES) {
    await copyFile(join(dir, file), join(libraries, file)).catch(diskError(libraries))
    await rm(join(dir, file)).catch(diskError(dir))
  }
}
