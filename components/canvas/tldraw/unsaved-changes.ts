// A drawing is written to IndexedDB a third of a second after a change, and the browser drops a write that is under way
// when the page goes. So the last changes are left in localStorage as well, all of them where IndexedDB is refused,
// and put back when the drawing is opened next.
import type { Editor, TLRecord } from 'tldraw'
import * as v from 'valibot'
import { forgetUnsaved, leaveUnsaved, onLeaving, readUnsaved } from '../../session/unsaved.ts'
import { RecordSchema, SchemaSchema } from './drawing-database.ts'
import { flushStore } from './hidden-flush.ts'

/** Far longer than a write takes, on a machine that is busy with other things too. */
const WINDOW_MS = 30_000

type Id = TLRecord['id']

export const ChangesSchema = v.object({
  put: v.array(RecordSchema),
  removed: v.array(v.custom<Id>((input) => typeof input === 'string')),
  schema: SchemaSchema,
})
export type Changes = v.InferOutput<typeof ChangesSchema>

/** Puts back what the last page of `drawing` left, and leaves what changes from now on; returns the stop. */
export function keepUnsaved(editor: Editor, drawing: string, isKept: () => boolean): () => void {
  const changedAtMs = new Map<Id, number>()
  const stopListening = editor.store.listen(
    ({ changes: { added, updated, removed } }) => {
      const nowMs = performance.now()
      for (const group of [added, updated, removed])
        for (const id of Object.keys(group)) changedAtMs.set(id as Id, nowMs)
    },
    { scope: 'document', source: 'all' },
  )
  const left = readUnsaved(drawing, ChangesSchema)
  forgetUnsaved(drawing)
  if (left) putBack(editor, left)
  const stopLeaving = onLeaving(drawing, () => {
    flushStore(editor.store)
    const unkept = !isKept()
    const sinceMs = unkept ? 0 : performance.now() - WINDOW_MS
    const recent = [...changedAtMs].flatMap(([id, atMs]) => (atMs >= sinceMs ? [id] : []))
    if (recent.length > 0) leaveUnsaved(drawing, changesOf(editor, recent), { unkept })
  })
  return () => {
    stopLeaving()
    stopListening()
  }
}

function changesOf({ store }: Editor, ids: readonly Id[]): Changes {
  const put = ids.flatMap((id) => store.get(id) ?? [])
  return { put, removed: ids.filter((id) => !store.has(id)), schema: store.schema.serialize() }
}

/** As one step that undo does not take back. Changes that are saved already change nothing. */
function putBack(editor: Editor, { put, removed, schema }: Changes): void {
  const { store } = editor
  const snapshot = { store: Object.fromEntries(put.map((record) => [record.id, record])), schema }
  const migrated = store.schema.migrateStoreSnapshot(snapshot)
  if (migrated.type === 'error') return
  try {
    editor.run(
      () => {
        store.put(Object.values(migrated.value))
        store.remove(removed.filter((id) => store.has(id)))
      },
      { history: 'ignore' },
    )
  } catch {
    // What this version of tldraw does not take is worth less than the drawing that is there.
    return
  }
}
