// Pictures made larger or smaller, without a model, in a process of their own that ends with each: no decoder runs where
// the sockets live, and what it took of the memory is free again.
import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { AppError } from '../../../lib/std/errors.ts'
import type { ResampleOptions } from '../codec.ts'
import { EngineError } from '../engine.ts'
import type { JobFailure } from '../slot-protocol.ts'

export interface Resampling extends ResampleOptions {
  /** JPEG, PNG or WebP bytes. */
  readonly image: Uint8Array
}

export type Resampled = { readonly png: Uint8Array } | { readonly failure: JobFailure }

export interface ResampleContext {
  /** An abort ends the process. */
  readonly signal: AbortSignal
  readonly deadlineMs?: number
  readonly workerUrl?: URL
}

/** The largest picture takes two or three seconds. */
const DEADLINE_MS = 30_000

/**
 * Resolves with a PNG of exactly `size`.
 * @throws EngineError as `decodeImage`, `cancelled` after an abort, `engine_crashed` when its process ended or took too long
 */
export async function resample(work: Resampling, context: ResampleContext): Promise<Uint8Array> {
  const { signal, deadlineMs = DEADLINE_MS, workerUrl = defaultWorkerUrl() } = context
  if (!existsSync(workerUrl)) {
    const message = `${fileURLToPath(workerUrl)} is missing: build the server first (npm run build:server)`
    throw new AppError('engine_unstartable', message)
  }
  if (signal.aborted) throw CANCELLED()
  return await new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(workerUrl), [], {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      killSignal: 'SIGKILL',
      timeout: deadlineMs,
    })
    const stop = () => void child.kill('SIGKILL')
    signal.addEventListener('abort', stop, { once: true })
    // The first of these counts.
    child.once('message', (answer: Resampled) => {
      if ('png' in answer) resolve(answer.png)
      else reject(errorOf(answer.failure))
      stop()
    })
    child.once('error', reject)
    child.once('exit', () => {
      signal.removeEventListener('abort', stop)
      reject(signal.aborted ? CANCELLED() : new EngineError('engine_crashed', CRASHED))
    })
    // A channel that has just closed is no error here: the exit follows.
    child.send(work, () => undefined)
  })
}

const CRASHED =
  'The process that scales pictures ended or took too long; send the picture again, or a smaller one'
const CANCELLED = () => new EngineError('cancelled', 'The request was cancelled')

function errorOf({ code, message, place }: JobFailure): EngineError {
  return new EngineError(code, message, place)
}

/** As that of the engine's child process. */
function defaultWorkerUrl(): URL {
  const built = import.meta.url.endsWith('.ts')
    ? '../../../dist/server/engine/resample/resample-worker.js'
    : './resample-worker.js'
  return new URL(built, import.meta.url)
}
