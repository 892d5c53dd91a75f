import { expect, type Page, test } from '@playwright/test'
import { type RunningServer, startServer } from './server.ts'
import { difference, Studio } from './studio.ts'

// A pin brings back what its picture was made of: that drawing, those settings, that seed.
let server: RunningServer

test.beforeAll(async () => {
  server = await startServer({ SKETCHWIRE_ENGINE: 'fake', SKETCHWIRE_FAKE_STEP_MS: '20' })
})
test.afterAll(async () => {
  await server.stop()
})

const shapes = (page: Page) => page.locator('.tl-shape')
const pin = (page: Page) => page.getByRole('button', { name: 'Pin', exact: true })
const restore = (page: Page) => page.getByRole('button', { name: 'Restore pinned picture 1' })

async function strokeAt(studio: Studio, y: number): Promise<void> {
  await studio.stroke([
    [0.1, y],
    [0.9, y + 0.05],
  ])
}

test('a picture that is pinned while the drawing goes on keeps the drawing it is of', async ({ page }) => {
  const studio = new Studio(page)
  await studio.open(server.url)
  await studio.changing(() => strokeAt(studio, 0.2))
  const drawn = await shapes(page).count()
  const painted = await studio.pixels()
  await page.getByRole('switch', { name: /^Live/ }).uncheck({ force: true })
  await strokeAt(studio, 0.5)
  await expect(shapes(page)).toHaveCount(drawn + 1)
  await pin(page).click()
  await expect(restore(page)).toBeVisible()
  await page.getByRole('switch', { name: /^Live/ }).check({ force: true })
  await studio.changing(() => strokeAt(studio, 0.8))
  await studio.changing(() => restore(page).click())
  await expect(shapes(page)).toHaveCount(drawn)
  expect(difference(painted, await studio.pixels())).toBeLessThan(1)
})

test('a pin that is restored with the seed unlocked comes back with its own', async ({ page }) => {
  const studio = new Studio(page)
  await studio.open(server.url)
  const seed = page.getByRole('spinbutton', { name: 'Seed' })
  await page.getByRole('button', { name: 'Lock the seed' }).click()
  await studio.changing(() => strokeAt(studio, 0.2))
  const pinned = await seed.inputValue()
  await pin(page).click()
  await expect(restore(page)).toBeVisible()
  await page.waitForTimeout(1000)
  await studio.changing(() => strokeAt(studio, 0.5))
  await expect(seed).not.toHaveValue(pinned)
  await page.waitForTimeout(1000)
  await studio.changing(() => restore(page).click())
  // tldraw tells of what it was given a frame later.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
  await expect(seed).toHaveValue(pinned)
})
