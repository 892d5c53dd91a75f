import { expect, test } from '@playwright/test'
import { type OtherSite, pageAround, serveElsewhere } from './other-origin.ts'
import { type RunningServer, startServer } from './server.ts'
import { Studio } from './studio.ts'

// Wheel and pinch belong to the page around the sheet, except where they zoom or move the drawing.
let server: RunningServer
let site: OtherSite

test.beforeAll(async () => {
  server = await startServer({ SKETCHWIRE_ENGINE: 'fake', SKETCHWIRE_FAKE_STEP_MS: '1' })
  site = await serveElsewhere('examples', server.url)
})
test.afterAll(async () => {
  await site.stop()
  await server.stop()
})

for (const surface of ['auto', 'plain'])
  test(`the wheel over an embedded drawing scrolls the page around: ${surface}`, async ({ page }) => {
    await page.goto(`${site.url}/nothing-here`)
    const address = `${server.url}/embed?surface=${surface}&drawing=wheel-${surface}&host=${site.url}`
    await page.setContent(`<div style="height: 3000px">${pageAround(address)}</div>`)
    const inside = page.frameLocator('iframe')
    await expect(inside.getByRole('img', { name: 'Rendered picture' })).toHaveAttribute('data-seq', /\d+/)
    await inside.getByTestId('drawing').hover()
    await page.mouse.wheel(0, 300)
    const scrolled = () => page.evaluate(() => window.scrollY)
    await expect.poll(scrolled).toBeGreaterThan(0)
    if (surface === 'plain') return

    // Zoomed in there is somewhere to go in the drawing itself.
    await page.evaluate(() => window.scrollTo(0, 0))
    await inside.getByTestId('drawing').hover()
    await page.keyboard.down('Control')
    await page.mouse.wheel(0, -200)
    await page.keyboard.up('Control')
    await expect(inside.getByRole('button', { name: 'Show the whole page' })).toBeVisible()
    const layer = inside.locator('.tl-html-layer').first()
    const place = () => layer.evaluate((element) => getComputedStyle(element).transform)
    const before = await place()
    await page.mouse.wheel(0, 60)
    await expect.poll(place).not.toBe(before)
    expect(await scrolled()).toBe(0)
  })

test('a pinch in Safari zooms the page, except on the sheet', async ({ page }) => {
  await new Studio(page).open(server.url)
  const isTaken = (selector: string) =>
    page
      .locator(selector)
      .first()
      .evaluate((element) => {
        const pinch = new Event('gesturestart', { bubbles: true, cancelable: true })
        element.dispatchEvent(pinch)
        return pinch.defaultPrevented
      })
  expect(await isTaken('.tl-canvas')).toBe(true)
  expect(await isTaken('.header')).toBe(false)
  expect(await isTaken('.sheet-picture')).toBe(false)
})
