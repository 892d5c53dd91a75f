import { fork } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
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
    const child = fork(fileURLToPath(workerUrl), [], {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    let lastWords = ''
    let exited = false
    const exit = (reason: string) => {
      if (exited) return
      exited = true
      onExit(lastWords === '' ? reason : `${reason}: ${lastWords}`)
    }
    if (child.stderr !== null) {
      createInterface({ input: child.stderr }).on('line', (line) => {
        if (/\berror\b/i.test(line) || lastWords === '') lastWords = line.trim()
        log.warn({ pid: child.pid }, line)
      })
    }
    child.on('message', (message: unknown) => {
      if (isFromWorker(message)) onMessage(message)
    })
    child.on('error', (error) => exit(error.message))
    child.on('close', (code, signal) => exit(signal === null ? `exit code ${code}` : signal))
    return {
      pid: child.pid,
      // A channel that has just closed is no error here: the exit follows.
      send: (message) => void child.send(message, () => undefined),
      kill: () => void child.kill('SIGKILL'),
    }
  }
}
