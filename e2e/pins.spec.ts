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
  await expect.poll(async () => difference(painted, await studio.pixels())).toBeLessThan(1)
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
  await expect(seed).toHaveValue(pinned)
})

test('a picture that went by is pinned after all, and a removed pin, brought back, outlives a reload', async ({
  page,
}) => {
  const studio = new Studio(page)
  await studio.open(server.url)
  await studio.say('first')
  await page.waitForTimeout(600)
  await studio.say('second')
  await studio.prompt.press('Escape')
  await page.keyboard.press('4')
  const pictures = page.getByRole('dialog', { name: 'Pictures so far' })
  await page.keyboard.press('ArrowRight')
  await expect(pictures).toContainText('1 picture ago')
  await expect(pictures.getByRole('img', { name: 'first' })).toBeVisible()
  await pictures.getByRole('button', { name: 'Pin', exact: true }).click()
  await expect(pictures).toContainText('Pinned')
  await pictures.getByRole('button', { name: 'Close' }).click()

  const remove = page.getByRole('button', { name: 'Remove pinned picture 1' })
  await remove.focus()
  await page.keyboard.press('Enter')
  await expect(restore(page)).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Pictures so far' })).toBeFocused()
  await page.getByRole('button', { name: 'Bring back' }).click()
  await page.reload()
  await studio.settled()
  await restore(page).click()
  await expect(studio.prompt).toHaveValue('first')
  await page.getByRole('button', { name: 'Mine back' }).click()
  await expect(studio.prompt).toHaveValue('second')
})

test('a page that was cleared by mistake has its drawing again after a reload', async ({ page }) => {
  const studio = new Studio(page)
  await studio.open(server.url)
  await studio.changing(() => strokeAt(studio, 0.2))
  const drawn = await shapes(page).count()
  await studio.changing(() => page.getByRole('button', { name: 'Clear the page' }).click())
  // It is written once the page is empty, and offered from then on.
  await page.getByRole('button', { name: 'Menu' }).click()
  await expect(page.getByRole('button', { name: /^Before it was cleared/ })).toBeVisible()
  await page.reload()
  await page.getByRole('button', { name: 'Bring it back' }).click()
  await expect(shapes(page)).toHaveCount(drawn)
})
