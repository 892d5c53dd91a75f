import { expect, type Page, test } from '@playwright/test'
import { type RunningServer, startServer } from './server.ts'
import { untilStored } from './stored.ts'
import { Studio } from './studio.ts'

let server: RunningServer

test.beforeAll(async () => {
  server = await startServer({ SKETCHWIRE_ENGINE: 'fake', SKETCHWIRE_FAKE_STEP_MS: '20' })
})
test.afterAll(async () => {
  await server.stop()
})

const shapes = (page: Page) => page.locator('.tl-shape')

async function strokeAt(studio: Studio, y: number): Promise<void> {
  await studio.stroke([
    [0.1, y],
    [0.9, y + 0.05],
  ])
}

// The slowest storage there is: what is written from `storageIsLate()` on does not arrive before the page goes. tldraw's
// own write of what was drawn last may come to that.
const storageThatComesTooLate = () => {
  const { put, delete: remove, clear } = IDBObjectStore.prototype
  let late = false
  Object.assign(window, { storageIsLate: () => (late = true) })
  // A transaction that is asked again and again never ends.
  const stall = (store: IDBObjectStore) => {
    const request = store.count()
    request.addEventListener('success', () => stall(store))
    return request
  }
  IDBObjectStore.prototype.put = function (...args) {
    return late ? (stall(this) as unknown as IDBRequest<IDBValidKey>) : put.apply(this, args)
  }
  IDBObjectStore.prototype.delete = function (...args) {
    return late ? (stall(this) as unknown as IDBRequest<undefined>) : remove.apply(this, args)
  }
  IDBObjectStore.prototype.clear = function () {
    return late ? (stall(this) as unknown as IDBRequest<undefined>) : clear.call(this)
  }
}

test('what was drawn and undone right before a reload is there after it', async ({ page }) => {
  const studio = new Studio(page)
  await studio.open(server.url)
  const before = await shapes(page).count()
  for (const [at, y] of [0.1, 0.4].entries()) {
    await strokeAt(studio, y)
    await page.reload()
    await expect(shapes(page)).toHaveCount(before + at + 1)
  }
  await strokeAt(studio, 0.85)
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.reload()
  await expect(page.getByRole('button', { name: 'Clear the page' })).toBeEnabled()
  await expect(shapes(page)).toHaveCount(before + 2)

  // What is left of a drawing that is closed takes no room once it is written.
  await strokeAt(studio, 0.6)
  await page.getByRole('button', { name: 'Menu' }).click()
  await page.getByRole('button', { name: 'New drawing' }).click()
  await expect(shapes(page)).toHaveCount(0)
  const left = () => Object.keys(localStorage).filter((key) => key.startsWith('sketchwire:unsaved'))
  await expect.poll(() => page.evaluate(left)).toEqual([])
  await page.goBack()
  await expect(shapes(page)).toHaveCount(before + 3)
})

test('nothing is lost when storage did not come to write it, nor when another drawing is opened at once', async ({
  page,
}) => {
  await page.addInitScript(storageThatComesTooLate)
  const studio = new Studio(page)
  await studio.open(server.url)
  const before = await shapes(page).count()
  const address = page.url()
  const late = () => page.evaluate('storageIsLate()')
  await strokeAt(studio, 0.2)
  // What follows is not.
  await untilStored(studio)
  await late()
  await strokeAt(studio, 0.4)
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByRole('button', { name: 'Undo' }).click()
  await strokeAt(studio, 0.6)
  await strokeAt(studio, 0.8)
  await page.reload()
  await expect(shapes(page)).toHaveCount(before + 2)

  await untilStored(studio)
  await late()
  await strokeAt(studio, 0.5)
  await page.getByRole('button', { name: 'Menu' }).click()
  await page.getByRole('button', { name: 'New drawing' }).click()
  await expect(shapes(page)).toHaveCount(0)
  await page.goto(address)
  await expect(shapes(page)).toHaveCount(before + 3)
})
