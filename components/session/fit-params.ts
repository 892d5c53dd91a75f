import type { ClientState, SketchClient } from '../../lib/client/types.ts'
import { moveToModel } from '../../lib/protocol/fit-to-model.ts'
import type { DrawParams } from '../../lib/protocol/params.ts'

interface Fitted extends Pick<SketchClient, 'setParams'> {
  readonly store: { getState(): Pick<ClientState, 'model'> }
}

/**
 * Applies settings of another time, made for another model perhaps: the nearest that the model of now takes. As they
 * are, one that it does not take would have all of them refused.
 */
export function applyFitted(client: Fitted, params: DrawParams): void {
  const { model } = client.store.getState()
  client.setParams(model ? moveToModel(params, model) : params)
}
