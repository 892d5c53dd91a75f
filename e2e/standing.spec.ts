import { expect, type Page, test } from '@playwright/test'
import { type RunningServer, startServer } from './server.ts'
import { Studio } from './studio.ts'

// Live off: the picture stands while the drawing goes on. The page says so, and lets nobody take it for the other.
let server: RunningServer

test.beforeAll(async () => {
  server = await startServer({ SKETCHWIRE_ENGINE: 'fake', SKETCHWIRE_FAKE_STEP_MS: '20' })
})
test.afterAll(async () => {
  await server.stop()
})

const liveSwitch = (page: Page) => page.getByRole('switch', { name: /^Live/ })
const picture = (page: Page) => page.locator('.picture')
const note = (page: Page) => page.locator('.picture-note')

async function strokeAt(studio: Studio, y: number): Promise<void> {
  await studio.stroke([
    [0.1, y],
    [0.9, y + 0.05],
  ])
}

/** A drawing that has been painted, with Live off. */
async function paused(page: Page): Promise<Studio> {
  const studio = new Studio(page)
  await studio.open(server.url)
  await expect(picture(page)).toHaveAttribute('data-current', 'true')
  await liveSwitch(page).uncheck({ force: true })
  await expect(studio.status).toHaveAttribute('data-activity', 'paused')
  await expect(note(page)).toHaveCount(0)
  return studio
}

test('a picture of before is said to be one, and painted once when that is asked for', async ({ page }) => {
  const studio = await paused(page)
  const before = await studio.seq()
  await strokeAt(studio, 0.2)
  await expect(note(page)).toContainText('Painted before the last change')
  expect(await studio.seq()).toBe(before)
  await page.getByRole('button', { name: 'Paint it once' }).click()
  await expect(picture(page)).toHaveAttribute('data-current', 'true')
  await expect(note(page)).toHaveCount(0)
  expect(await studio.seq()).toBeGreaterThan(before)
  await expect(liveSwitch(page)).not.toBeChecked()

  const once = await studio.seq()
  await strokeAt(studio, 0.4)
  await expect(note(page)).toBeVisible()
  expect(await studio.seq()).toBe(once)
})

test('a refined picture is one until the drawing or the words change; then it can be refined again', async ({
  page,
}) => {
  const studio = await paused(page)
  const refine = page.getByRole('button', { name: 'Refine now' })
  for (const change of [() => strokeAt(studio, 0.3), () => studio.prompt.fill('another prompt')]) {
    await refine.click()
    await expect(picture(page)).toHaveAttribute('data-refined', 'true')
    await expect(refine).toBeDisabled()
    await change()
    await expect(picture(page)).toHaveAttribute('data-refined', 'false')
    await expect(refine).toBeEnabled()
  }
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download PNG' }).click(),
  ])
  const bytes = await (await download.createReadStream()).toArray()
  expect(Buffer.concat(bytes).toString('latin1')).toContain('another prompt')
})

test('Live stays off, and the seed unlocked, in a new drawing, behind Back and after a reload', async ({
  page,
}) => {
  const studio = await paused(page)
  const lock = page.getByRole('button', { name: 'Lock the seed' })
  const address = page.url()
  await lock.click()
  await expect(lock).toHaveAttribute('aria-pressed', 'false')
  await page.getByRole('button', { name: 'Menu' }).click()
  await page.getByRole('button', { name: 'New drawing' }).click()
  await expect(page).not.toHaveURL(address)
  await expect(liveSwitch(page)).not.toBeChecked()
  await expect(lock).toHaveAttribute('aria-pressed', 'false')
  await expect(note(page)).toContainText('Live is off')
  await page.getByRole('button', { name: 'Paint it once' }).click()
  await expect(studio.picture).toHaveAttribute('data-seq', /\d+/)

  await page.goBack()
  await expect(page).toHaveURL(address)
  await expect(liveSwitch(page)).not.toBeChecked()
  await expect(lock).toHaveAttribute('aria-pressed', 'false')
  await page.reload()
  await expect(liveSwitch(page)).not.toBeChecked()
  await expect(studio.status).toHaveAttribute('data-activity', 'paused')
})
