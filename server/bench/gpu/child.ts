import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import type { Clock } from '../../../lib/std/clock.ts'
import { MessageSchema, type Message, type Task } from './task.ts'

export interface ChildWatch {
  /** Whether that was the last of its messages: the child is ended then, since a driver may hang in its own clean-up. */
  onMessage(message: Message): 'more' | 'last'
  /** Without a message for so long it is ended; from one message to the next. */
  readonly limitMs: number
  readonly clock: Clock
}

/** What a native library says last may be long; the end of it names the cause. */
const LAST_WORDS = 500

/**
 * Runs `worker` with `task` in a process of its own, whose stderr is shown.
 * @returns why it ended before its last message, in words; `undefined` when that came.
 */
export function runInChild(worker: URL, task: Task, watch: ChildWatch): Promise<string | undefined> {
  return new Promise((resolve) => {
    const stdio = ['ignore', 'inherit', 'pipe', 'ipc'] as const
    const child = fork(fileURLToPath(worker), [JSON.stringify(task)], { execArgv: [], stdio: [...stdio] })
    let lastWords = ''
    let isDone = false
    let problem: string | undefined
    const patience = () =>
      watch.clock.setTimer(() => {
        problem = `nothing was heard of its process for ${watch.limitMs / 1000} s`
        child.kill('SIGKILL')
      }, watch.limitMs)
    let cancel = patience()
    child.stderr?.on('data', (bytes: Buffer) => {
      process.stderr.write(bytes)
      lastWords = (lastWords + bytes.toString()).slice(-LAST_WORDS)
    })
    child.on('error', (error) => {
      problem ??= error.message
      // It never began, so it will not close.
      if (child.pid === undefined) resolve(problem)
    })
    child.on('message', (message: unknown) => {
      const { success, output } = v.safeParse(MessageSchema, message)
      if (!success || isDone) return
      cancel()
      isDone = watch.onMessage(output) === 'last'
      if (isDone) child.kill('SIGKILL')
      else cancel = patience()
    })
    child.on('close', (code, signal) => {
      cancel()
      const end = `its process ended (${signal ?? `exit code ${code}`})`
      const words = lastWords.trim() === '' ? '' : `: ${lastWords.trim()}`
      resolve(isDone ? undefined : `${problem ?? end}${words}`)
    })
  })
}
