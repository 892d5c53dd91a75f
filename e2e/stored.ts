// What a page's storage holds: the sign that a write is through, where a wait could only hope for it.
import { expect, type Page } from '@playwright/test'
import type { Studio } from './studio.ts'

type Row = readonly [key: string, value: unknown]

interface Shape {
  readonly typeName?: string
  readonly id?: string
  readonly props?: object
}

/** A table of IndexedDB, row by row; empty while there is none: opening a database would make it. */
export function tableOf(page: Page, database: string, table: string): Promise<Row[]> {
  return page.evaluate(
    async ([name, rows]) => {
      const asked = <T>(request: IDBRequest<T>) =>
        new Promise<T>((resolve, reject) => {
          request.onsuccess = () => resolve(request.result)
          request.onerror = () => reject(request.error ?? new Error('IndexedDB refused'))
        })
      const known = await indexedDB.databases()
      if (known.every((one) => one.name !== name)) return []
      const opened = await asked(indexedDB.open(name))
      try {
        const store = opened.transaction(rows).objectStore(rows)
        const [keys, values] = await Promise.all([asked(store.getAllKeys()), asked(store.getAll())])
        return keys.map((key, at): Row => [String(key), values[at]])
      } finally {
        opened.close()
      }
    },
    [database, table] as const,
  )
}

/** Waits until the drawing is stored as it is on the page: tldraw's is written a third of a second after a change. */
export async function untilStored(studio: Studio): Promise<void> {
  const { page } = studio
  const key = `sketchwire-${new URL(page.url()).searchParams.get('d')}`
  const shown = comparable(await studio.saved())
  // Both canvases may keep one: each its own.
  const isPlain = await page.locator('.plain-canvas').isVisible()
  const stored = async () => {
    if (isPlain) {
      const plain = new Map(await tableOf(page, 'sketchwire-plain', 'drawings')).get(key)
      return comparable(await plainItems(page, key, (plain ?? {}) as PlainDrawing))
    }
    const records = await tableOf(page, `TLDRAW_DOCUMENT_v2${key}`, 'records')
    return comparable(records.map(([, record]) => record as Shape).filter(isShape))
  }
  await expect.poll(stored, { intervals: [50] }).toEqual(shown)
}

interface PlainDrawing {
  /** Names of its items, lowest first. */
  readonly order?: readonly string[]
  /** As an earlier version kept them. */
  readonly items?: readonly Shape[]
}

async function plainItems(
  page: Page,
  key: string,
  { order = [], items }: PlainDrawing,
): Promise<readonly unknown[]> {
  if (items) return items
  const known = new Map(await tableOf(page, 'sketchwire-plain', 'drawings'))
  return order.map((name) => known.get(`${key},${name}`))
}

const isShape = ({ typeName }: Shape) => typeName === 'shape'

/** In a file and in a table the same: tldraw's shapes by their id, those of the plain canvas as they are. */
function comparable(shapes: readonly unknown[]): unknown[] {
  const known = shapes.map((shape) => shape as Shape)
  if (known.every(({ id }) => id === undefined)) return known
  return known.map(({ id = '', props }) => ({ id, props })).sort((one, other) => (one.id < other.id ? -1 : 1))
}
