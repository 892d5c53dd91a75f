// One drawing in IndexedDB, in the layout of tldraw's own persistence: a database for each drawing, whose tables hold
// its records, the version of their schema and the bytes of its photos.
import type { TLAssetId, TLRecord, TLStoreSnapshot } from 'tldraw'
import * as v from 'valibot'
import { openDatabase, transact } from '../../session/indexed-db.ts'
import { databaseOf } from '../drawing-names.ts'

type Schema = TLStoreSnapshot['schema']

export interface DrawingChanges {
  readonly put: readonly TLRecord[]
  readonly removed: readonly TLRecord['id'][]
  readonly schema: Schema
}

/** `undefined`: nothing was kept yet. */
export type KeptDrawing = TLStoreSnapshot | undefined

const RECORDS = 'records'
const SCHEMA = 'schema'
const ASSETS = 'assets'
/** The one that is not named here holds what tldraw remembers of its own panels. */
const TABLES = [RECORDS, SCHEMA, 'session_state', ASSETS]
const VERSION = 4

// Made once: a drawing may have ten thousand records.
const RecordOutline = v.object({ id: v.string(), typeName: v.string() })
const SchemaOutline = v.object({ schemaVersion: v.number() })
export const RecordSchema = v.custom<TLRecord>((input) => v.is(RecordOutline, input))
export const SchemaSchema = v.custom<Schema>((input) => v.is(SchemaOutline, input))
const RecordsSchema = v.array(RecordSchema)
const AssetIdsSchema = v.array(v.custom<TLAssetId>((input) => typeof input === 'string'))

function createTables(database: IDBDatabase): void {
  for (const table of TABLES)
    if (!database.objectStoreNames.contains(table)) database.createObjectStore(table)
}

export class DrawingDatabase {
  readonly #name: string
  #opening: Promise<IDBDatabase> | undefined

  constructor(drawing: string) {
    this.#name = databaseOf(drawing)
  }

  /** Throws for what is no drawing, which must then not be written over. */
  async load(): Promise<KeptDrawing> {
    const [records, schema] = await this.#run('readonly', [RECORDS, SCHEMA], (transaction) => [
      transaction.objectStore(RECORDS).getAll(),
      transaction.objectStore(SCHEMA).get(SCHEMA),
    ])
    const found = v.parse(RecordsSchema, records)
    if (found.length === 0) return undefined
    return {
      store: Object.fromEntries(found.map((record) => [record.id, record])),
      schema: v.parse(SchemaSchema, schema),
    }
  }

  /** All of it or nothing; resolves once the browser has it. */
  async write({ put, removed, schema }: DrawingChanges): Promise<void> {
    await this.#run('readwrite', [RECORDS, SCHEMA], (transaction) => {
      const records = transaction.objectStore(RECORDS)
      for (const record of put) records.put(record, record.id)
      for (const id of removed) records.delete(id)
      return [transaction.objectStore(SCHEMA).put(schema, SCHEMA)]
    })
  }

  async asset(id: TLAssetId): Promise<Blob | undefined> {
    const [found] = await this.#run('readonly', [ASSETS], (transaction) => [
      transaction.objectStore(ASSETS).get(id),
    ])
    return found instanceof Blob ? found : undefined
  }

  async putAsset(id: TLAssetId, bytes: Blob): Promise<void> {
    await this.#run('readwrite', [ASSETS], (transaction) => [transaction.objectStore(ASSETS).put(bytes, id)])
  }

  async removeAssets(ids: readonly TLAssetId[]): Promise<void> {
    await this.#run('readwrite', [ASSETS], (transaction) =>
      ids.map((id) => transaction.objectStore(ASSETS).delete(id)),
    )
  }

  /** Of the photos whose bytes are there. */
  async assetIds(): Promise<TLAssetId[]> {
    const [keys] = await this.#run('readonly', [ASSETS], (transaction) => [
      transaction.objectStore(ASSETS).getAllKeys(),
    ])
    return v.parse(AssetIdsSchema, keys)
  }

  /** With their records. */
  async dropAssets(ids: readonly TLAssetId[]): Promise<void> {
    await this.#run('readwrite', [RECORDS, ASSETS], (transaction) =>
      ids.flatMap((id) => [RECORDS, ASSETS].map((table) => transaction.objectStore(table).delete(id))),
    )
  }

  close(): void {
    const opening = this.#opening
    this.#opening = undefined
    opening?.then(
      (database) => database.close(),
      () => undefined,
    )
  }

  /** The results of the requests that `use` returns, once the transaction is complete. */
  async #run(
    mode: IDBTransactionMode,
    tables: string[],
    use: (transaction: IDBTransaction) => readonly Pick<IDBRequest<unknown>, 'result'>[],
  ): Promise<unknown[]> {
    try {
      this.#opening ??= openDatabase(this.#name, VERSION, createTables)
      return await transact((await this.#opening).transaction(tables, mode), use)
    } catch (error) {
      // A person may have cleared the browser's storage: the next attempt opens it anew.
      this.close()
      throw error
    }
  }
}
