// Settings as far as they are known. All of them are once a server has said what its model takes; before that those that
// were saved, came with the drawing or were set meanwhile.
import * as v from 'valibot'
import type { ClientState } from '../../lib/client/types.ts'
import { DrawParamsSchema, type DrawParams } from '../../lib/protocol/params.ts'

export const KnownSettingsSchema = v.pipe(
  v.partial(DrawParamsSchema),
  v.transform((params): Partial<DrawParams> =>
    Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined)),
  ),
)

export function settingsOf({ params, given }: Pick<ClientState, 'params' | 'given'>): Partial<DrawParams> {
  return params ?? given
}
