import type { ClientState, SketchClient } from '../../lib/client/types.ts'
import { moveToModel } from '../../lib/protocol/fit-to-model.ts'
import type { DrawParams } from '../../lib/protocol/params.ts'

interface Fitted extends Pick<SketchClient, 'setParams'> {
  readonly store: { getState(): Pick<ClientState, 'model' | 'params'> }
}

/**
 * Applies settings of another time, made for another model perhaps: the nearest that the model of now takes. As they
 * are, one that it does not take would have all of them refused. What they leave open stays as it is.
 */
export function applyFitted(client: Fitted, params: Partial<DrawParams>): void {
  const { model, params: now } = client.store.getState()
  client.setParams(model ? moveToModel({ ...(now ?? model.defaults), ...params }, model) : params)
}
