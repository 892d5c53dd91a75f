import { expect, test } from '@playwright/test'
import { outOfReach } from './out-of-reach.ts'
import { type RunningServer, startServer } from './server.ts'
import { Studio } from './studio.ts'

let server: RunningServer

test.beforeAll(async () => {
  server = await startServer({ SKETCHWIRE_ENGINE: 'fake' })
})
test.afterAll(async () => {
  await server.stop()
})

const ground = (element: Element) => getComputedStyle(element).backgroundColor

test('in high contrast paper and inks keep their colours, and what is on is told from what is off', async ({
  page,
}) => {
  await page.emulateMedia({ forcedColors: 'active' })
  const studio = new Studio(page)
  await studio.open(server.url)
  expect(await studio.drawing.evaluate(ground)).toBe('rgb(255, 255, 255)')

  const colours = page.getByRole('group', { name: 'Colour' }).locator('.swatch')
  const inks = await colours.evaluateAll((swatches) =>
    swatches.map((swatch) => getComputedStyle(swatch).backgroundColor),
  )
  expect(inks.length).toBeGreaterThan(3)
  expect(new Set(inks).size).toBe(inks.length)

  const pen = page.locator(".tools .icon-button[aria-pressed='true']")
  const other = page.locator(".tools .icon-button[aria-pressed='false']").first()
  expect(await pen.evaluate(ground)).not.toBe(await other.evaluate(ground))
  const width = page.getByRole('group', { name: 'Width' })
  await expect(width.locator("[aria-pressed='true']")).not.toHaveCSS('box-shadow', 'none')
  await expect(width.locator("[aria-pressed='false']").first()).toHaveCSS('box-shadow', 'none')

  const live = page.getByRole('switch', { name: 'Live' })
  const track = page.locator('.switch', { has: live }).locator('.switch-track')
  const on = await track.evaluate(ground)
  await live.uncheck({ force: true })
  await expect.poll(() => track.evaluate(ground)).not.toBe(on)
  await expect(track).not.toHaveCSS('box-shadow', 'none')
})

// Laptops with and without the bars of their browser, a large window, and the least that still is a desk.
const DESKS = [
  [1366, 768],
  [1366, 657],
  [1280, 720],
  [1920, 953],
  [1024, 640],
  [900, 640],
] as const

test('on a desk all of the page is in the window, and in reach, whatever view and shape', async ({
  page,
}) => {
  const studio = new Studio(page)
  await studio.open(server.url)
  const tooHigh = () => page.evaluate(() => document.documentElement.scrollHeight - window.innerHeight)
  for (const shape of ['256 × 256', '256 × 384', '384 × 256']) {
    await page.getByRole('combobox', { name: 'Size' }).selectOption(shape)
    await studio.settled()
    for (const [width, height] of DESKS) {
      await page.setViewportSize({ width, height })
      for (const view of ['Side by side', 'Lens', 'Picture']) {
        await page.getByRole('radio', { name: view }).check({ force: true })
        const where = `${view} of ${shape} at ${width}x${height}`
        await expect.poll(() => outOfReach(page), where).toEqual([])
        await expect.poll(tooHigh, where).toBe(0)
      }
    }
  }
  // Without the settings, which come with the server's model, it is no higher.
  await page.locator('.reset-button').evaluate((button) => button.remove())
  expect(await tooHigh()).toBe(0)
})
