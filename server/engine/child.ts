import { fork, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { messageOf } from '../../lib/std/errors.ts'
import type { EngineLog } from './log.ts'
import { isFromWorker, type FromWorker, type ToWorker } from './slot-protocol.ts'

/** A running child as the slot sees it; tests give a fake one. */
export interface Child {
  readonly pid: number | undefined
  send(message: ToWorker): void
  /** Ends it at once; `onExit` follows. */
  kill(): void
}

export interface ChildEvents {
  readonly onMessage: (message: FromWorker) => void
  /** Called once; `reason` says how it ended, in words. */
  readonly onExit: (reason: string) => void
}

export type SpawnChild = (events: ChildEvents) => Child

/** Starts the worker as a child process. Its stderr becomes log lines, the last of them part of the exit reason. */
export function forkChild(workerUrl: URL, log: EngineLog): SpawnChild {
  return ({ onMessage, onExit }) => {
    let lastWords = ''
    let exited = false
    const exit = (reason: string) => {
      if (exited) return
      exited = true
      onExit(lastWords === '' ? reason : `${reason}: ${lastWords}`)
    }
    const child = tryFork(workerUrl)
    if (child instanceof Error) return unborn(() => exit(child.message))
    child.on('error', (error) => exit(error.message))
    // Without file descriptors or processes left it has no streams and no channel; why, its error says first.
    if (child.pid === undefined) return unborn(() => exit('it could not be started'))
    if (child.stderr !== null) {
      createInterface({ input: child.stderr }).on('line', (line) => {
        if (/\berror\b/i.test(line) || lastWords === '') lastWords = line.trim()
        log.warn({ enginePid: child.pid }, line)
      })
    }
    child.on('message', (message: unknown) => {
      if (isFromWorker(message)) onMessage(message)
    })
    child.on('close', (code, signal) => exit(signal === null ? `exit code ${code}` : signal))
    return {
      pid: child.pid,
      // A channel that has just closed is no error here: the exit follows.
      send: (message) => void child.send(message, () => undefined),
      kill: () => void child.kill('SIGKILL'),
    }
  }
}

/** Node throws for some of what a machine can run out of, and for the rest gives a child that is none. */
function tryFork(workerUrl: URL): ChildProcess | Error {
  try {
    return fork(fileURLToPath(workerUrl), [], {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
  } catch (error) {
    return new Error(messageOf(error), { cause: error })
  }
}

/** A child that never was. Its exit is told when its parent knows it, as that of any other. */
function unborn(exit: () => void): Child {
  process.nextTick(exit)
  return { pid: undefined, send: () => undefined, kill: () => undefined }
}
