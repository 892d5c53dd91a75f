// The models this server could run: the bundled one, those that `npm run models` installed, and the folder it was
// started with.
import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { AppError } from '../../lib/std/errors.ts'
import type { Manifest } from '../engine/manifest.ts'
import { atBest, readMemory, type Memory } from '../engine/memory.ts'
import { checkMemory, modelBytes, readModelFolder } from '../engine/model-folder.ts'
import { onlyProvider, thisMachine } from '../engine/providers.ts'
import { BUNDLED, idOfFolder, type Store } from './store.ts'

export interface ShelfModel {
  readonly id: string
  readonly folder: string
  /** `undefined`: the folder cannot be read, and `problem` says why. */
  readonly manifest: Manifest | undefined
  readonly bytes: number
  /** Why it cannot be loaded, as far as can be told without loading it. */
  readonly problem: AppError | undefined
}

export interface ShelfOptions {
  readonly store: Store
  /** The folder the server was started with. */
  readonly startedWith: string
  readonly slots: number
  /** For tests: where models can run, as far as that is known without trying; default by a look at this machine. */
  readonly provider?: 'cpu' | undefined
  /** For tests. */
  readonly memory?: () => Memory
}

export class Shelf {
  readonly #options: ShelfOptions
  /** The one provider models can run on here, where there is but one. */
  readonly provider: string | undefined

  constructor(options: ShelfOptions) {
    this.#options = options
    this.provider = 'provider' in options ? options.provider : onlyProvider(thisMachine())
  }

  /** Read anew at every call: models come and go while the server runs. */
  async all(): Promise<readonly ShelfModel[]> {
    const places = await this.#places()
    return Promise.all(places.map(([id, folder]) => this.#look(id, folder)))
  }

  /** Id of the model the server was started with. */
  async started(): Promise<string> {
    const wanted = await real(resolve(this.#options.startedWith))
    for (const [id, folder] of await this.#places()) if ((await real(folder)) === wanted) return id
    return BUNDLED
  }

  async #places(): Promise<readonly (readonly [id: string, folder: string])[]> {
    const { store } = this.#options
    const ids = [BUNDLED, ...(await store.ids())]
    const known = ids.map((id) => [id, store.folderOf(id)] as const)
    const started = resolve(this.#options.startedWith)
    const reals = await Promise.all(known.map(([, folder]) => real(folder)))
    if (reals.includes(await real(started))) return known
    return [...known, [freeId(idOfFolder(started), ids), started]]
  }

  async #look(id: string, folder: string): Promise<ShelfModel> {
    const { slots, memory = readMemory } = this.#options
    try {
      const { manifest } = await readModelFolder(folder)
      const bytes = await modelBytes(folder, manifest)
      const problem = await problemOf(() =>
        checkMemory(folder, manifest, { slots, memory: atBest(memory()), provider: this.provider }),
      )
      return { id, folder, manifest, bytes, problem }
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      return { id, folder, manifest: undefined, bytes: 0, problem: withoutPaths(error, id, folder) }
    }
  }
}

async function problemOf(check: () => Promise<void>): Promise<AppError | undefined> {
  try {
    return void (await check())
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
}

/** What goes over the wire holds no path of this machine (SPEC E2): the folder goes by the model's id. */
export function withoutPaths(error: AppError, id: string, folder: string): AppError {
  const message = error.message.replaceAll(resolve(folder), id).replaceAll(folder, id)
  return new AppError(error.code, message, { ...error.place, cause: error })
}

function freeId(wanted: string, taken: readonly string[]): string {
  return taken.includes(wanted) ? freeId(`${wanted}-started`, taken) : wanted
}

async function real(path: string): Promise<string> {
  return await realpath(path).catch(() => path)
}
