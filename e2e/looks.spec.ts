import { expect, test } from '@playwright/test'
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
