// Changes the model while the server runs: which folder, whether there is room beside the old one, and what to say.
import type { InstalledModel, ModelList } from '../../lib/protocol/models.ts'
import type { ModelInfo } from '../../lib/protocol/params.ts'
import { AppError, messageOf } from '../../lib/std/errors.ts'
import type { Engine } from '../engine/engine.ts'
import type { EngineLog } from '../engine/log.ts'
import { readMemory, type Memory } from '../engine/memory.ts'
import { checkMemory, modelBytes } from '../engine/model-folder.ts'
import type { EngineSwitch, SwitchableEngine } from '../engine/switchable-engine.ts'
import { notInstalled, type Models } from './models.ts'
import { withoutPaths, type Shelf, type ShelfModel } from './shelf.ts'

export interface ModelSwitchOptions {
  readonly engine: SwitchableEngine
  readonly shelf: Shelf
  /** Resolves with an engine that can paint; throws AppError. */
  readonly open: (folder: string) => Promise<Engine>
  /** Id of the model that runs now. */
  readonly active: string
  readonly slots: number
  readonly log: EngineLog
  /** For tests. */
  readonly memory?: () => Memory
}

/** The new model runs on a slower provider than the old one: on one device there may have been no room for both. */
class NoRoom extends Error {}

export class ModelSwitch implements Models {
  readonly #options: ModelSwitchOptions
  /** `undefined`: none is loaded, because neither a new one nor the one before could be. */
  #active: string | undefined
  #loading: string | undefined

  constructor(options: ModelSwitchOptions) {
    this.#options = options
    this.#active = options.active
  }

  get active(): string {
    return this.#active ?? NONE
  }

  get loading(): string | undefined {
    return this.#loading
  }

  async list(): Promise<ModelList> {
    const all = await this.#options.shelf.all()
    return {
      active: this.active,
      ...(this.#loading === undefined ? {} : { loading: this.#loading }),
      models: all.map((model) => this.#entry(model)),
    }
  }

  #entry({ id, manifest, bytes, problem }: ShelfModel): InstalledModel {
    const active = id === this.#active
    const { engine } = this.#options
    return {
      id,
      title: manifest?.name ?? id,
      license: manifest?.license ?? 'unknown',
      bytes,
      sizes: manifest?.files.sizes.map(({ width, height }) => ({ width, height })) ?? [],
      active,
      ...(active ? { provider: engine.info.provider } : {}),
      ...(problem === undefined ? {} : { problem: problem.message }),
    }
  }

  async use(id: string): Promise<ModelInfo> {
    const { engine, shelf, log } = this.#options
    if (this.#loading !== undefined) throw busy(this.#loading)
    // Taken before anything is waited for: two requests must not both find it free.
    this.#loading = id
    try {
      const all = await shelf.all()
      const model = all.find((one) => one.id === id)
      if (model === undefined)
        throw notInstalled(
          id,
          all.map((one) => one.id),
        )
      // One whose engine has gone down is loaded again.
      if (id === this.#active && engine.state().name === 'ready') return engine.info
      const old = all.find((one) => one.id === this.#active)
      await this.#load(model, old)
      this.#active = id
      log.info({ event: 'model.changed', model: id }, `the model is ${engine.info.name} now`)
      return engine.info
    } finally {
      this.#loading = undefined
    }
  }

  async #load(model: ShelfModel, old: ShelfModel | undefined): Promise<void> {
    const { engine, log } = this.#options
    if (engine.state().name === 'loading')
      throw new AppError('engine_loading', 'The first model is still being loaded; try again when it paints')
    try {
      if (model.problem) throw model.problem
      await this.#change(model, old)
    } catch (error) {
      log.warn(
        { err: error, event: 'model.failed', model: model.id },
        `model ${model.id} could not be loaded`,
      )
      throw refusal(error, model, this.#active === undefined ? undefined : engine.info.name)
    }
  }

  async #change(model: ShelfModel, old: ShelfModel | undefined): Promise<void> {
    const { engine, open } = this.#options
    const name = model.manifest?.name ?? model.id
    if (this.#active === undefined) {
      await this.#checkFitsAlone(model, undefined)
      return engine.switchTo({ name, open: () => open(model.folder) })
    }
    if (await this.#fitsBeside(model)) {
      const openBeside = async () => this.#sameDevice(await open(model.folder))
      const beside: EngineSwitch = { name, open: openBeside }
      try {
        return await engine.switchTo(beside)
      } catch (error) {
        if (!(error instanceof NoRoom)) throw error
      }
    } else await this.#checkFitsAlone(model, old)
    if (old === undefined) throw new AppError('model_too_large', NO_WAY_BACK)
    const reopen = () => this.#openAgain(old)
    await engine.switchTo({ name, open: () => open(model.folder), reopen })
  }

  async #openAgain({ id, folder }: ShelfModel): Promise<Engine> {
    try {
      return await this.#options.open(folder)
    } catch (error) {
      this.#active = undefined
      throw error instanceof AppError ? withoutPaths(error, id, folder) : error
    }
  }

  async #sameDevice(next: Engine): Promise<Engine> {
    const { provider } = this.#options.engine.info
    if (next.info.provider === provider || provider === 'cpu') return next
    await next[Symbol.asyncDispose]()
    throw new NoRoom()
  }

  #memory(): Memory {
    return (this.#options.memory ?? readMemory)()
  }

  async #fitsBeside({ folder, manifest }: ShelfModel): Promise<boolean> {
    if (manifest === undefined) return false
    const { slots, shelf } = this.#options
    const check = checkMemory(folder, manifest, { slots, memory: this.#memory(), provider: shelf.provider })
    return await check.then(
      () => true,
      () => false,
    )
  }

  async #checkFitsAlone({ folder, manifest }: ShelfModel, old: ShelfModel | undefined): Promise<void> {
    if (manifest === undefined) return
    const { slots, shelf } = this.#options
    const { provider } = shelf
    const { totalBytes, freeBytes } = this.#memory()
    const given = old?.manifest === undefined ? 0 : await modelBytes(old.folder, old.manifest, provider)
    const memory = { totalBytes, freeBytes: Math.min(totalBytes, freeBytes + given * slots) }
    await checkMemory(folder, manifest, { slots, memory, provider })
  }
}

/** What is said over the wire where no model is loaded: the id of none. */
const NONE = ''

const NO_WAY_BACK =
  'There is no room for it beside the model that runs, whose folder is gone: restart the server'

function busy(loading: string): AppError {
  const message = `${loading} is being loaded; wait for it, then choose again`
  return new AppError('busy', message, { field: 'id' })
}

/** Codes that say more than that this model cannot be had. */
const KEPT: readonly string[] = ['busy', 'draining', 'engine_loading', 'engine_crashed']

/** @param oldName of the one that paints, if there is one. */
function refusal(error: unknown, { id, folder }: ShelfModel, oldName: string | undefined): AppError {
  const known = error instanceof AppError ? withoutPaths(error, id, folder) : undefined
  if (known && KEPT.includes(known.code)) return known
  const why = known?.message ?? messageOf(error)
  const now = oldName === undefined ? 'no model is running, choose another' : `${oldName} keeps running`
  const message = `${id} could not be loaded; ${now}: ${why}`
  return new AppError('model_unusable', message, { field: 'id', value: id, cause: error })
}
