// IndexedDB as promises. What was put is kept once its transaction is complete, and not when its request succeeded: a
// full disk takes the whole transaction back after that.
import { AppError } from '../../lib/std/errors.ts'

type Request = Pick<IDBRequest<unknown>, 'result'>

export function openDatabase(
  name: string,
  version: number,
  upgrade: (database: IDBDatabase) => void,
): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name, version)
    opening.onupgradeneeded = () => upgrade(opening.result)
    opening.onsuccess = () => resolve(opening.result)
    opening.onerror = () => reject(opening.error ?? new Error('IndexedDB refused'))
  })
}

/** `undefined` where there is none, and none is made. */
export function openExisting(name: string): Promise<IDBDatabase | undefined> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name)
    let isNew = false
    opening.onupgradeneeded = () => {
      isNew = true
      opening.transaction?.abort()
    }
    opening.onsuccess = () => resolve(opening.result)
    opening.onerror = () =>
      isNew ? resolve(undefined) : reject(opening.error ?? new Error('IndexedDB refused'))
  })
}

/** For this long others may hold a database that is to be deleted: a page that closed it a moment ago still writes. */
const LET_GO_WITHIN_MS = 4_000

/** Resolves once the database is gone. Throws AppError `busy` while another page holds it; it goes once that is closed. */
export function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const deleting = indexedDB.deleteDatabase(name)
    const busy = () =>
      reject(new AppError('busy', 'another tab shows it; close that tab, and it is deleted then'))
    deleting.onsuccess = () => resolve()
    deleting.onerror = () => reject(deleting.error ?? new Error('IndexedDB refused'))
    deleting.onblocked = () => setTimeout(busy, LET_GO_WITHIN_MS)
  })
}

/** What the requests of `use` found, once the browser has all of them. Throws what ended them, `QuotaExceededError` say. */
export async function transact<T extends Pick<IDBTransaction, 'oncomplete' | 'onabort' | 'error'>>(
  transaction: T,
  use: (transaction: T) => readonly Request[],
): Promise<unknown[]> {
  const requests = use(transaction)
  await complete(transaction)
  return requests.map(({ result }) => result)
}

function complete(transaction: Pick<IDBTransaction, 'oncomplete' | 'onabort' | 'error'>): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB refused'))
  })
}

/** A small database of a few tables. */
export interface Tables<Name extends string = string> {
  readonly database: string
  readonly version: number
  readonly names: readonly Name[]
  /** Makes the tables that are not there yet: the database may be new, or of an earlier version. */
  readonly create: (database: IDBDatabase) => void
}

/**
 * What `use` finds in these tables, in one transaction, once the browser has all that it wrote. The database is open for
 * that alone. `use` awaits nothing but requests of its transaction (`asked`), which would end meanwhile; what it throws
 * takes back what it wrote. Throws that, and what ended the transaction.
 */
export async function inTables<Name extends string, T>(
  { database: address, version, names, create }: Tables<Name>,
  mode: IDBTransactionMode,
  use: (tables: Readonly<Record<Name, IDBObjectStore>>) => Promise<T>,
): Promise<T> {
  const database = await openDatabase(address, version, create)
  try {
    const transaction = database.transaction([...names], mode)
    const tables = Object.fromEntries(names.map((name) => [name, transaction.objectStore(name)]))
    const isComplete = complete(transaction)
    const used = use(tables as Record<Name, IDBObjectStore>).catch((error: unknown) => {
      abort(transaction)
      throw error
    })
    // Both are waited for: what ends the transaction says more than the request that it ended.
    await Promise.all([isComplete, used])
    return await used
  } finally {
    database.close()
  }
}

/** What a request finds. */
export function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('IndexedDB refused'))
  })
}

function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort()
  } catch {
    // It has ended already.
  }
}

/** The one table of a small database. */
export interface Table {
  readonly database: string
  readonly name: string
  readonly create: (database: IDBDatabase) => void
}

/** One request to `table`, whose database is open for that alone. */
export async function inTable(
  { database: address, name, create }: Table,
  mode: IDBTransactionMode,
  use: (table: IDBObjectStore) => Request,
): Promise<unknown> {
  const database = await openDatabase(address, 1, create)
  try {
    const [result] = await transact(database.transaction(name, mode), (transaction) => [
      use(transaction.objectStore(name)),
    ])
    return result
  } finally {
    database.close()
  }
}
