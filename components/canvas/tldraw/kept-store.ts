// The editor's store, kept in IndexedDB and the same in every tab that shows the drawing. tldraw would do it too, but
// where a browser refuses to write it stops a person with an alert and loads the page again, and where it refuses to
// read there is no canvas. Here the drawing goes on, unkept, and the surface says so.
import { createTLSchema, createTLStore, type TLRecord, type TLStore } from 'tldraw'
import type { Clock } from '../../../lib/std/clock.ts'
import { claimUnsaved, forgetOnceWritten } from '../../session/unsaved.ts'
import { Keeper } from '../keeper.ts'
import { takeAnyColour } from './any-colour.ts'
import { DrawingDatabase, type KeptDrawing } from './drawing-database.ts'
import { flushStore, flushWhileHidden } from './hidden-flush.ts'
import { holdDrawing } from './hold-drawing.ts'
import { keepAssets } from './kept-assets.ts'
import { joinTabs } from './tabs.ts'
import { PAPER_THEMES } from './tldraw-look.ts'
import { dropUnusedPhotos } from './unused-photos.ts'

export interface KeptStore {
  readonly store: TLStore
  /** Whether it has what was kept; what could not be read may be anything. */
  readonly isRead: boolean
  /** Writes what is not yet written, and lets go. */
  close(): Promise<void>
}

interface KeptStoreOptions {
  readonly drawing: string
  readonly clock: Pick<Clock, 'setTimer'>
  /** Whether this browser keeps the drawing; said when it changes. */
  readonly onKept: (kept: boolean) => void
}

export async function openKeptStore(options: KeptStoreOptions): Promise<KeptStore> {
  takeAnyColour()
  const database = new DrawingDatabase(options.drawing)
  claimUnsaved(options.drawing)
  const assets = keepAssets(database)
  const store = createTLStore({
    assets: assets.store,
    schema: createTLSchema(),
    themes: PAPER_THEMES,
  })
  // Before anything that listens: what goes out of sight is told before it is written.
  const stopFlushing = flushWhileHidden(store, options.clock)
  let isRead = true
  let stopWriting = async () => false
  const letGo = await holdDrawing(options.drawing, () =>
    dropUnusedPhotos(database, options.drawing, store.schema),
  )
  try {
    const isOld = putKept(store, await database.load())
    stopWriting = keepWriting(store, database, { ...options, isOld })
  } catch {
    // What could not be read is not written over.
    isRead = false
    options.onKept(false)
  }
  const close = async () => {
    stopFlushing()
    const forget = forgetOnceWritten(options.drawing)
    if (await stopWriting()) forget()
    assets.dispose()
    database.close()
    letGo()
  }
  return { store, isRead, close }
}

/** Whether all of it must be written anew. Throws for a drawing of a later version, which this one cannot show. */
function putKept(store: TLStore, kept: KeptDrawing): boolean {
  if (!kept) return true
  const migrated = store.schema.migrateStoreSnapshot(kept)
  if (migrated.type === 'error') throw new Error(`This drawing cannot be read: ${migrated.reason}`)
  const isDocument = ({ typeName }: TLRecord) => store.scopedTypes.document.has(typeName)
  store.mergeRemoteChanges(() => store.put(Object.values(migrated.value).filter(isDocument), 'initialize'))
  return JSON.stringify(kept.schema) !== JSON.stringify(store.schema.serialize())
}

interface WritingOptions extends KeptStoreOptions {
  readonly isOld: boolean
}

/** Returns the stop, which writes what is not yet written: whether the database has all that was on the page by then. */
function keepWriting(
  store: TLStore,
  database: DrawingDatabase,
  { drawing, clock, onKept, isOld }: WritingOptions,
): () => Promise<boolean> {
  const changed = new ChangedRecords(store)
  if (isOld) changed.addAll()
  const keeper = new Keeper({ write: () => changed.write(database), onKept, clock })
  const tabs = joinTabs(store, drawing, {
    onOlder: () => {
      changed.addAll()
      keeper.soon()
    },
    onNewer: () => {
      void stop()
      onKept(false)
    },
  })
  const stopListening = store.listen(
    ({ changes }) => {
      changed.add(changes)
      tabs.tell(changes)
      keeper.soon()
    },
    { source: 'user', scope: 'document' },
  )
  const endHearing = hearOthers(store)
  const stopLeaving = onGoing(() => {
    flushStore(store)
    void keeper.flush()
  })
  const stop = async () => {
    flushStore(store)
    stopLeaving()
    stopListening()
    tabs.leave()
    return (await keeper.stop()) && !endHearing()
  }
  return stop
}

/** Whether another tab drew, up to the call: that is for that tab to write, which may be gone before it has. */
function hearOthers(store: TLStore): () => boolean {
  let heard = false
  const stop = store.listen(() => void (heard = true), { source: 'remote', scope: 'document' })
  return () => {
    stop()
    return heard
  }
}

/** Which records the database does not have as they are. */
class ChangedRecords {
  readonly #store: TLStore
  #ids = new Set<TLRecord['id']>()

  constructor(store: TLStore) {
    this.#store = store
  }

  add({ added, updated, removed }: Parameters<TLStore['applyDiff']>[0]): void {
    for (const group of [added, updated, removed])
      for (const id of Object.keys(group)) this.#ids.add(id as TLRecord['id'])
  }

  addAll(): void {
    const { document } = this.#store.scopedTypes
    for (const { id, typeName } of this.#store.allRecords()) if (document.has(typeName)) this.#ids.add(id)
  }

  /** What is refused stays changed. */
  async write(database: DrawingDatabase): Promise<void> {
    const store = this.#store
    const ids = [...this.#ids]
    this.#ids = new Set()
    const put = ids.flatMap((id) => store.get(id) ?? [])
    const removed = ids.filter((id) => !store.has(id))
    try {
      await database.write({ put, removed, schema: store.schema.serialize() })
    } catch (error) {
      this.#ids = new Set([...ids, ...this.#ids])
      throw error
    }
  }
}

/** The page may not come back; a write that is begun now may still be in time. */
function onGoing(go: () => void): () => void {
  const onVisibility = () => {
    if (document.visibilityState === 'hidden') go()
  }
  window.addEventListener('pagehide', go)
  document.addEventListener('visibilitychange', onVisibility)
  return () => {
    window.removeEventListener('pagehide', go)
    document.removeEventListener('visibilitychange', onVisibility)
  }
}
