import { spawn, type StdioOptions } from 'node:child_process'
import { AppError } from '../../lib/std/errors.ts'

export interface Run {
  readonly stdio: StdioOptions
  /** Ends the program. */
  readonly signal: AbortSignal
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** What it prints, where its output is a pipe. */
  readonly onText?: (text: string) => void
}

/** @throws AppError `interrupted`. @returns the exit code; `undefined` where it could not be started, or was killed. */
export function runProgram(
  [program = '', ...args]: readonly string[],
  { onText, ...options }: Run,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, options)
    child.stdout?.setEncoding('utf8').on('data', onText ?? (() => undefined))
    // Ctrl-C reaches the program as well, which may be gone before the signal here is read.
    const end = (status: number | undefined, by?: NodeJS.Signals | null) =>
      options.signal.aborted || by === 'SIGINT'
        ? reject(new AppError('interrupted', 'Interrupted; run "npm run gpu:cuda" again to go on'))
        : resolve(status)
    child.on('error', () => end(undefined))
    child.on('close', (code, by) => end(code ?? undefined, by))
  })
}
