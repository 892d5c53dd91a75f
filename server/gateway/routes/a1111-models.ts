// Choosing a model as AUTOMATIC1111's clients do: for good by POST options, for one request by override_settings.
import { findModel } from '../../compat/a1111-lists.ts'
import { isRecord } from '../../compat/validation.ts'
import { isErrorCode } from '../../../lib/protocol/errors.ts'
import type { WireError } from '../../../lib/protocol/errors.ts'
import { AppError } from '../../../lib/std/errors.ts'
import type { Identity } from '../../auth/identity.ts'
import type { Models } from '../../models/models.ts'

const FIELD = 'sd_model_checkpoint'

/**
 * Makes the named model the one that paints, for everybody; resolves when it does. An answer is what a client hears
 * instead: no such model, no right to change it, or why it cannot be loaded.
 */
export async function useCheckpoint(
  models: Models,
  { via }: Pick<Identity, 'via'>,
  asked: unknown,
): Promise<WireError | undefined> {
  const { active, models: installed } = await models.list()
  const found = typeof asked === 'string' ? findModel(installed, asked) : undefined
  if (!found) return notFound(String(asked), installed)
  if (found.id === active && models.loading === undefined) return undefined
  if (via !== 'key' && via !== 'open') return ONLY_KEYS
  try {
    await models.use(found.id)
    return undefined
  } catch (error) {
    if (!(error instanceof AppError) || !isErrorCode(error.code)) throw error
    return { code: error.code, message: error.message, ...error.place, field: FIELD }
  }
}

function notFound(asked: string, installed: readonly { readonly title: string }[]): WireError {
  const shown = asked.slice(0, 80)
  const titles = installed.map(({ title }) => title).join(', ')
  const message = `model '${shown}' not found; installed here: ${titles}. "npm run models -- add" installs others`
  return { code: 'not_found', message, field: FIELD, value: shown, range: titles }
}

const ONLY_KEYS: WireError = {
  code: 'forbidden',
  message: 'The model is changed for everybody, so with a key, not with a token',
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

/** Requests with models of their own take turns: each changes it for everybody, paints, and puts it back. */
export class CheckpointTurns {
  readonly #models: Models
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  constructor(models: Models) {
    this.#models = models
  }

  /** `paint` is begun once the model is there; an answer of `WireError` means it was not. */
  async take<T>(
    { checkpoint, restores }: Override,
    { identity, isWanted, paint }: Turn<T>,
  ): Promise<T | WireError> {
    if (this.#waiting >= MAX_WAITING) return BUSY
    this.#waiting += 1
    const turn = this.#last.then(async () => {
      this.#waiting -= 1
      if (!isWanted()) return GONE
      const { active: before } = await this.#models.list()
      const error = await useCheckpoint(this.#models, identity, checkpoint)
      if (error) return error
      const { active: own } = await this.#models.list()
      try {
        return await paint()
      } finally {
        if (restores && before !== own) await this.#putBack(before, own)
      }
    })
    this.#last = turn.catch(() => undefined)
    return await turn
  }

  /** Unless somebody has chosen another meanwhile. Where it cannot be loaded any more, the log has said why. */
  async #putBack(before: string, own: string): Promise<void> {
    if ((await this.#models.list()).active !== own) return
    await this.#models.use(before).catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error
    })
  }
}

const BUSY: WireError = {
  code: 'busy',
  message: `${MAX_WAITING} requests wait for a model of their own already; send this one again later, or without override_settings`,
  retryAfterMs: 5000,
}
