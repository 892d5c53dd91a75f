import type { InstalledModel, ModelList } from '../../lib/protocol/models.ts'
import type { ModelInfo } from '../../lib/protocol/params.ts'
import { AppError } from '../../lib/std/errors.ts'
import { shortened } from '../../lib/std/text.ts'
import type { Engine } from '../engine/engine.ts'

/** Which models there are, and which one runs. */
export interface Models {
  list(): Promise<ModelList>
  /** Id of the one that paints; empty where none is loaded, because neither a new one nor the one before could be. */
  readonly active: string
  /** Id of the one that is being loaded. */
  readonly loading: string | undefined
  /**
   * Loads another model; resolves when it paints. The one before paints until then, or again when this fails.
   * @throws AppError `not_found`, `model_unusable`, `engine_loading`, `busy`, `draining`, or `forbidden` where the model
   *   is fixed: what, where and the remedy.
   */
  use(id: string): Promise<ModelInfo>
}

/** Of an engine that runs one model for good. */
export function onlyModel(engine: Engine): Models {
  const list = async (): Promise<ModelList> => {
    const { id, name, sizes, provider } = engine.info
    const only: InstalledModel = {
      id,
      title: name,
      license: '',
      bytes: 0,
      sizes,
      active: true,
      provider,
    }
    return { active: id, models: [only] }
  }
  return {
    list,
    get active() {
      return engine.info.id
    },
    loading: undefined,
    use: async (id) => {
      if (id !== engine.info.id) throw notInstalled(id, [engine.info.id])
      return engine.info
    },
  }
}

/** The same models, of which the one that the server was started with paints for good. */
export function fixedModels(models: Models): Models {
  return {
    list: async () => ({ ...(await models.list()), fixed: true }),
    get active() {
      return models.active
    },
    get loading() {
      return models.loading
    },
    // The one of now is no change; and where its engine has gone down, this loads it again.
    use: async (id) => {
      if (id === models.active) return await models.use(id)
      throw new AppError('forbidden', FIXED, { field: 'id', value: shortened(id, SHOWN_CHARS) })
    },
  }
}

const FIXED =
  'The model of this server cannot be changed while it runs (SKETCHWIRE_MODEL_SWITCH is off); whoever runs it can start it with "--model-switch on", or on another model with "--model"'

const SHOWN_CHARS = 80

export function notInstalled(asked: string, ids: readonly string[]): AppError {
  const id = shortened(asked, SHOWN_CHARS)
  const message = `No model "${id}" is installed here; choose one of ${ids.join(', ')}, or install it with "npm run models -- add"`
  return new AppError('not_found', message, { field: 'id', value: id, range: ids.join(', ') })
}
