// One build of a folder at a time: a second `npm start`, or `npm run models` in another terminal, waits for the first.
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

const LOCK = 'dist/.building'
const ASK_EVERY_MS = 200
/** Who builds says so all the time. After this its process id is another program's by now, or its container is gone. */
const TOUCHED_EVERY_MS = 5_000
const GIVEN_UP_AFTER_MS = 60_000
/** As long as a lock that was made may be empty. */
const WRITTEN_AFTER_MS = 2_000
const OURS = `${hostname()} ${process.pid}`

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
  const onExit = () => release()
  process.on('exit', onExit)
  const touching = setInterval(touch, TOUCHED_EVERY_MS)
  try {
    await build()
  } finally {
    clearInterval(touching)
    process.off('exit', onExit)
    release()
  }
}

function take() {
  try {
    writeFileSync(LOCK, OURS, { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    // Of a full disk an empty one is left.
    release('')
    throw error
  }
}

function touch() {
  try {
    utimesSync(LOCK, new Date(), new Date())
  } catch {
    // Somebody deleted it: the build goes on, and another may begin beside it.
  }
}

/** Only the lock that says so: another may have been taken since. */
function release(words = OURS) {
  if (read() === words) rmSync(LOCK, { force: true })
}

function read() {
  try {
    return readFileSync(LOCK, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

/** The process that builds, or `undefined` if it is gone; then its lock is, too. */
function holder() {
  const words = read()
  if (words === undefined) return undefined
  const age = Date.now() - (statSync(LOCK, { throwIfNoEntry: false })?.mtimeMs ?? 0)
  const [host, pid] = words.split(' ')
  // Our own number is that of a container's process before us; of another container's none can be asked.
  const builds = host !== hostname() || (Number(pid) !== process.pid && isAlive(Number(pid)))
  if (age < (words === '' ? WRITTEN_AFTER_MS : GIVEN_UP_AFTER_MS) && (words === '' || builds))
    return pid ?? '?'
  release(words)
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
