// IndexedDB as promises. What was put is kept once its transaction is complete, and not when its request succeeded: a
// full disk takes the whole transaction back after that.
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
