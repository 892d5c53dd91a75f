import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { AppError } from '../../lib/std/errors.ts'
import { forkChild, type SpawnChild } from './child.ts'
import type { LocalEngineOptions } from './local-options.ts'

/** Node cannot run the TypeScript source of the child: when this file is run as one (vitest), the built one is used. */
function defaultWorkerUrl(): URL {
  const built = import.meta.url.endsWith('.ts')
    ? '../../dist/server/engine/slot-worker.js'
    : './slot-worker.js'
  return new URL(built, import.meta.url)
}

/** Child processes of the built worker. @throws AppError `engine_unstartable` where it was not built. */
export function defaultSpawn({ workerUrl = defaultWorkerUrl(), log }: LocalEngineOptions): SpawnChild {
  if (!existsSync(workerUrl)) {
    const message = `${fileURLToPath(workerUrl)} is missing: build the server first (npm run build:server)`
    throw new AppError('engine_unstartable', message)
  }
  return forkChild(workerUrl, log)
}
