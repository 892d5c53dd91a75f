// Choosing a model as AUTOMATIC1111's clients do: for good by POST options, for one request by override_settings.
import { findModel } from '../../compat/a1111-lists.ts'
import { isRecord } from '../../compat/validation.ts'
import { isErrorCode } from '../../../lib/protocol/errors.ts'
import type { WireError } from '../../../lib/protocol/errors.ts'
import { AppError } from '../../../lib/std/errors.ts'
import { firstChars } from '../../../lib/std/text.ts'
import { isOperator } from '../../auth/identity.ts'
import type { Identity } from '../../auth/identity.ts'
import type { Models } from '../../models/models.ts'

const FIELD = 'sd_model_checkpoint'

/**
 * Makes the named model the one that paints, for everybody; resolves when it does. An answer is what a client hears
 * instead: no such model, no right to change it, or why it cannot be loaded.
 */
export async function useCheckpoint(
  models: Models,
  identity: Pick<Identity, 'via'>,
  asked: unknown,
): Promise<WireError | undefined> {
  const { active, models: installed } = await models.list()
  const found = typeof asked === 'string' ? findModel(installed, asked) : undefined
  if (!found) return notFound(String(asked), installed)
  if (found.id === active && models.loading === undefined) return undefined
  if (!isOperator(identity)) return ONLY_KEYS
  try {
    await models.use(found.id)
    return undefined
  } catch (error) {
    if (!(error instanceof AppError) || !isErrorCode(error.code)) throw error
    return { code: error.code, message: error.message, ...error.place, field: FIELD }
  }
}

function notFound(asked: string, installed: readonly { readonly title: string }[]): WireError {
  const shown = firstChars(asked, 80)
  const titles = installed.map(({ title }) => title).join(', ')
  const message = `model '${shown}' not found; installed here: ${titles}. "npm run models -- add" installs others`
  return { code: 'not_found', message, field: FIELD, value: shown, range: titles }
}

const ONLY_KEYS: WireError = {
  code: 'forbidden',
  message: 'Changing the model affects everyone, so it takes a key, not a token',
  field: FIELD,
}

export interface Override {
  readonly checkpoint: unknown
  /** The model of before is put back after the picture, as there. */
  readonly restores: boolean
}

/** `override_settings.sd_model_checkpoint` of a body; '' and null ask for none. */
export function overrideOf(body: unknown): Override | undefined {
  const settings = isRecord(body) ? body['override_settings'] : undefined
  const checkpoint = isRecord(settings) ? settings[FIELD] : undefined
  if (!isRecord(body) || checkpoint === undefined || checkpoint === null || checkpoint === '')
    return undefined
  return { checkpoint, restores: body['override_settings_restore_afterwards'] !== false }
}

/** Requests that wait for a model of their own; each holds its picture. */
const MAX_WAITING = 16

export interface Turn<T> {
  readonly identity: Pick<Identity, 'via'>
  /** Asked when its turn has come. */
  readonly isWanted: () => boolean
  readonly paint: () => Promise<T>
}

const GONE: WireError = { code: 'cancelled', message: 'Interrupted before its model was loaded' }

/** The model that a turn has replaced, and its own. */
interface Replaced {
  readonly before: string
  readonly own: string
}

export interface CheckpointTurnsOptions {
  readonly models: Models
  /** Hears why the model of before could not be put back: by then its request has its answer. */
  readonly onFailure: (where: string, error: unknown) => void
}

/** Requests with models of their own take turns: each changes it for everybody, paints, and then it is put back. */
export class CheckpointTurns {
  readonly #models: Models
  readonly #onFailure: CheckpointTurnsOptions['onFailure']
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0
  #replaced: Replaced | undefined
  #restoring = false

  constructor({ models, onFailure }: CheckpointTurnsOptions) {
    this.#models = models
    this.#onFailure = onFailure
  }

  /** The model of before is being put back: a request that has none of its own waits for it, too, by taking a turn. */
  get isRestoring(): boolean {
    return this.#restoring
  }

  /**
   * `paint` is begun once the model is there; an answer of `WireError` means it was not. The answer does not wait until
   * the model of before is back, the next turn does.
   */
  async take<T>(override: Override | undefined, turn: Turn<T>): Promise<T | WireError> {
    if (this.#waiting >= MAX_WAITING) return BUSY
    this.#waiting += 1
    const painted = this.#last.then(() => this.#begin(override, turn))
    this.#last = Promise.allSettled([painted]).then(() => this.#putBack())
    return await painted
  }

  async #begin<T>(
    override: Override | undefined,
    { identity, isWanted, paint }: Turn<T>,
  ): Promise<T | WireError> {
    this.#waiting -= 1
    if (!isWanted()) return GONE
    if (override === undefined) return await paint()
    const { active: before } = await this.#models.list()
    const error = await useCheckpoint(this.#models, identity, override.checkpoint)
    if (error) return error
    const { active: own } = await this.#models.list()
    if (override.restores && before !== own) this.#replaced = { before, own }
    return await paint()
  }

  /** Unless somebody has chosen another meanwhile. Never rejects: the turns that follow have no part in it. */
  async #putBack(): Promise<void> {
    if (this.#replaced === undefined) return
    const { before, own } = this.#replaced
    this.#replaced = undefined
    this.#restoring = true
    try {
      if ((await this.#models.list()).active === own) await this.#models.use(before)
    } catch (error) {
      if (!isOfOthers(error)) this.#onFailure('putting back the model that override_settings replaced', error)
    } finally {
      this.#restoring = false
    }
  }
}

/** Somebody else is choosing a model, or the server stops: then it is not for this request to say which one paints. */
function isOfOthers(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'busy' || error.code === 'draining')
}

const BUSY: WireError = {
  code: 'busy',
  message: `${MAX_WAITING} requests wait for a model of their own already; send this one again later`,
  retryAfterMs: 5000,
}
