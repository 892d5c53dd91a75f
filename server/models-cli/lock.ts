// One `add` or `remove` of a model at a time: a second one would write into files that the first one counts on.
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../lib/std/errors.ts'
import { diskError } from '../models/disk-error.ts'
import type { Store } from '../models/store.ts'

/** Locks of this process. Its number in any other is that of an earlier process, which had the same. */
const held = new Set<string>()
const TRIES = 4
/** Longer than it takes to write a number into a file that has just been made. */
const WRITING_MS = 100

/**
 * Runs `work` while no other command installs or removes the model; a lock whose process is gone is taken over.
 * @throws AppError `locked`: who holds it, and the remedy.
 */
export async function withLock<T>(
  store: Pick<Store, 'lockOf'>,
  id: string,
  work: () => Promise<T>,
): Promise<T> {
  const path = store.lockOf(id)
  if (held.has(path)) throw lockedBy(process.pid, id, path)
  held.add(path)
  try {
    await take(path, id)
    try {
      return await work()
    } finally {
      await rm(path, { force: true })
    }
  } finally {
    held.delete(path)
  }
}

async function take(path: string, id: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true }).catch(diskError(path))
  for (let tries = 1; tries <= TRIES; tries++) {
    if (await made(path)) return
    const pid = await holderOf(path)
    if (pid !== undefined && isRunning(pid)) throw lockedBy(pid, id, path)
    if (pid === undefined && tries === 1) await sleep(WRITING_MS)
    else await clear(path, pid)
  }
  throw lockedBy(await holderOf(path), id, path)
}

/** Whether it is ours now; false where there is one already. */
async function made(path: string): Promise<boolean> {
  const handle = await open(path, 'wx').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return undefined
    return diskError(path)(error)
  })
  if (handle === undefined) return false
  // A full disk has room for the name alone, and removing a model is what helps it.
  await handle.writeFile(`${process.pid}\n`).catch(() => undefined)
  await handle.close()
  return true
}

async function holderOf(path: string): Promise<number | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return /^\d+\n$/.test(text) ? Number(text) : undefined
}

function isRunning(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // One of another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Out of the way first: another command may have cleared it as well, and made its own since. */
async function clear(path: string, stale: number | undefined): Promise<void> {
  const aside = `${path}.${process.pid}`
  const isMoved = await rename(path, aside).then(
    () => true,
    () => false,
  )
  if (!isMoved) return
  if ((await holderOf(aside)) === stale) await rm(aside, { force: true })
  else await rename(aside, path).catch(diskError(path))
}

function lockedBy(pid: number | undefined, id: string, path: string): AppError {
  const who = pid === undefined ? 'another process' : `process ${pid}`
  const message = `${id} is being installed or removed by ${who}; wait until that has ended, or stop it there with Ctrl-C and run the same command again. If no such command runs, delete ${path}`
  return new AppError('locked', message)
}
