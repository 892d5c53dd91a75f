import { expect, type Page, test } from '@playwright/test'
import { type RunningServer, startServer } from './server.ts'
import { Studio } from './studio.ts'

// A browser that refuses to keep anything: a full disk, a private window. Nobody is stopped from drawing, nothing is
// lost while it lasts, and it is said what to do.
let server: RunningServer

test.beforeAll(async () => {
  server = await startServer({ SKETCHWIRE_ENGINE: 'fake', SKETCHWIRE_FAKE_STEP_MS: '20' })
})
test.afterAll(async () => {
  await server.stop()
})

const shapes = (page: Page) => page.locator('.tl-shape')
const notices = (page: Page) => page.getByRole('list', { name: 'Notices' })
const REFUSED = 'This browser does not keep the drawing'

/** Writes fail from `storageIsFull(true)` until `storageIsFull(false)`, as they do where the quota is used up. */
const storageThatFills = () => {
  const { put } = IDBObjectStore.prototype
  let full = sessionStorage.getItem('full') === 'true'
  Object.assign(window, {
    storageIsFull: (now: boolean) => {
      full = now
      sessionStorage.setItem('full', String(now))
    },
  })
  IDBObjectStore.prototype.put = function (...args) {
    if (full) throw new DOMException('The quota has been exceeded', 'QuotaExceededError')
    return put.apply(this, args)
  }
}

const storageThatIsOff = () => {
  IDBFactory.prototype.open = () => {
    throw new DOMException('A mutation operation was attempted', 'InvalidStateError')
  }
}

/** What the page asks with the browser's own dialogs; the question before leaving is answered with yes. */
function dialogsOf(page: Page): string[] {
  const asked: string[] = []
  page.on('dialog', (dialog) => {
    if (dialog.type() !== 'beforeunload') asked.push(dialog.message())
    void dialog.accept()
  })
  return asked
}

async function strokeAt(studio: Studio, y: number): Promise<void> {
  await studio.changing(() =>
    studio.stroke([
      [0.1, y],
      [0.9, y + 0.05],
    ]),
  )
}

for (const surface of ['tldraw', 'plain'])
  test(`storage that is full stops nobody, and what is drawn meanwhile is not lost: ${surface}`, async ({
    page,
  }) => {
    const asked = dialogsOf(page)
    const full = (now: boolean) => page.evaluate(`storageIsFull(${now})`)
    const undo = page.getByRole('button', { name: 'Undo' })
    await page.addInitScript(storageThatFills)
    const studio = new Studio(page)
    await studio.open(`${server.url}/?surface=${surface}`)
    const address = `${page.url()}&surface=${surface}`
    await strokeAt(studio, 0.1)
    const blank = await studio.pixels()
    await page.waitForTimeout(1000)

    await full(true)
    await page.evaluate('window.isStillHere = true')
    await strokeAt(studio, 0.3)
    await expect(notices(page)).toContainText(REFUSED)
    await strokeAt(studio, 0.5)
    await expect(undo).toBeEnabled()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save to a file' }).click(),
    ])
    expect(download.suggestedFilename()).toMatch(/^drawing-.*\.sketchwire\.json$/)
    expect(await page.evaluate('window.isStillHere')).toBe(true)
    expect(asked).toEqual([])
    const drawn = await shapes(page).count()

    // The page goes while storage is full: what it left elsewhere is put back.
    await page.goto(address)
    await studio.settled()
    if (surface === 'tldraw') await expect(shapes(page)).toHaveCount(drawn)

    // Storage is there again: it is kept without another stroke, and the words go.
    await strokeAt(studio, 0.7)
    await expect(notices(page)).toContainText(REFUSED)
    await full(false)
    if (surface === 'plain') await strokeAt(studio, 0.8)
    await expect(notices(page)).not.toContainText(REFUSED)
    const after = await studio.pixels()
    await page.evaluate('localStorage.clear()')
    await page.goto(address)
    await studio.settled()
    if (surface === 'tldraw') await expect(shapes(page)).toHaveCount(drawn + 1)
    expect(await studio.pixels()).toEqual(after)
    expect(blank).not.toEqual(after)
    expect(asked).toEqual([])
  })

test('storage that is off is said, and the page draws all the same', async ({ page }) => {
  const asked = dialogsOf(page)
  await page.addInitScript(storageThatIsOff)
  const studio = new Studio(page)
  await studio.open(server.url)
  await expect(notices(page)).toContainText(REFUSED)
  const before = await shapes(page).count()
  await strokeAt(studio, 0.3)
  await expect(shapes(page)).toHaveCount(before + 1)
  if (process.env.SHOT) await page.screenshot({ path: process.env.SHOT })
  const refusal = notices(page).getByRole('listitem').filter({ hasText: REFUSED })
  await refusal.getByRole('button', { name: 'Dismiss' }).click()
  await expect(notices(page)).not.toContainText(REFUSED)
  expect(asked).toEqual([])
})

test('two tabs that show one drawing draw on one page', async ({ context }) => {
  const [first, second] = [new Studio(await context.newPage()), new Studio(await context.newPage())]
  await first.open(server.url)
  await first.page.bringToFront()
  await strokeAt(first, 0.2)
  await first.page.waitForTimeout(1000)
  const before = await shapes(first.page).count()
  await second.page.goto(first.page.url())
  await expect(shapes(second.page)).toHaveCount(before)
  await second.page.bringToFront()
  await strokeAt(second, 0.6)
  await expect(shapes(first.page)).toHaveCount(before + 1)
})
