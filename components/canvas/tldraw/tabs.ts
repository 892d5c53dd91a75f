// Tabs that show the same drawing draw on one page: each tells the others what it changed. The messages are those of
// tldraw's own persistence, so that a tab from before this file understands them.
import type { TLStore } from 'tldraw'
import * as v from 'valibot'
import { openChannel } from '../open-channel.ts'
import { SchemaSchema } from './drawing-database.ts'

type Changes = Parameters<TLStore['applyDiff']>[0]

const ChangesOutline = v.object({
  added: v.record(v.string(), v.unknown()),
  removed: v.record(v.string(), v.unknown()),
})
const changes = v.custom<Changes>((input) => v.is(ChangesOutline, input))
const MessageSchema = v.variant('type', [
  v.object({ type: v.literal('announce'), schema: SchemaSchema }),
  v.object({ type: v.literal('diff'), schema: SchemaSchema, changes }),
])

interface Others {
  /** A tab with an earlier version of this page shows the drawing too. */
  readonly onOlder: () => void
  /** A tab with a later version does, and what this one writes would be too old for it. */
  readonly onNewer: () => void
}

export interface Tabs {
  tell(changes: Changes): void
  leave(): void
}

const ALONE: Tabs = { tell: () => undefined, leave: () => undefined }

export function joinTabs(store: TLStore, drawing: string, { onOlder, onNewer }: Others): Tabs {
  const channel = openChannel(`tldraw-tab-sync-${drawing}`)
  if (!channel) return ALONE
  const own = store.schema.serialize()
  const announce = () => channel.postMessage({ type: 'announce', schema: own })
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    const { success, output } = v.safeParse(MessageSchema, data)
    if (!success) return
    const missing = store.schema.getMigrationsSince(output.schema)
    if (!missing.ok) onNewer()
    else if (missing.value.length > 0) {
      announce()
      onOlder()
    } else if (output.type === 'diff') {
      const { changes: theirs } = output
      store.mergeRemoteChanges(() => store.applyDiff(theirs))
    }
  }
  announce()
  return {
    tell: (mine) => channel.postMessage({ type: 'diff', storeId: store.id, changes: mine, schema: own }),
    leave: () => channel.close(),
  }
}
