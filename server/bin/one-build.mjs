// One build of a folder at a time: a second `npm start`, or `npm run models` in another terminal, waits for the first.
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const LOCK = 'dist/.building'
const ASK_EVERY_MS = 200
/** No build takes as long: its process id is another program's by now, or one of another container. */
const GIVEN_UP_AFTER_MS = 10 * 60_000

/**
 * Runs `build` in the current folder when no other build does; while one does, says so once and waits.
 *
 * @throws what `build` throws, and what keeps the lock from being written (a full disk, permissions).
 */
export async function oneAtATime(build) {
  mkdirSync('dist', { recursive: true })
  for (let isTold = false; !take(); isTold = true) {
    const other = holder()
    if (other === undefined) continue
    if (!isTold) console.error(`Another build of this folder runs (process ${other}); waiting for it...`)
    await sleep(ASK_EVERY_MS)
  }
  // A build that fails, or is told to stop, ends its process.
  process.on('exit', release)
  try {
    await build()
  } finally {
    process.off('exit', release)
    release()
  }
}

function take() {
  try {
    writeFileSync(LOCK, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

function release() {
  rmSync(LOCK, { force: true })
}

/** The process that builds, or `undefined` if it is gone; then its lock is, too. */
function holder() {
  try {
    const pid = Number(readFileSync(LOCK, 'utf8'))
    const isFresh = Date.now() - statSync(LOCK).mtimeMs < GIVEN_UP_AFTER_MS
    // Between its opening and its writing the file is empty. Our own number is that of a container's process before us.
    if (isFresh && pid !== process.pid && (pid === 0 || isAlive(pid))) return pid
    release()
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
  return undefined
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Another user's may not be asked, and is there.
    return error.code === 'EPERM'
  }
}
