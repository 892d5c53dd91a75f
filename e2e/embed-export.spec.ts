import { expect, type Page, test } from '@playwright/test'
import { type OtherSite, serveElsewhere } from './other-origin.ts'
import { type RunningServer, startServer } from './server.ts'

// What an embedding page takes out of a canvas is of the words and the drawing that it has just put in.
let server: RunningServer
let site: OtherSite

test.beforeAll(async () => {
  server = await startServer({ SKETCHWIRE_ENGINE: 'fake', SKETCHWIRE_FAKE_STEP_MS: '20' })
  site = await serveElsewhere('examples', server.url)
})
test.afterAll(async () => {
  await site.stop()
  await server.stop()
})

interface Canvas {
  setPrompt(prompt: string): Promise<void>
  clear(): Promise<void>
  exportImage(): Promise<Blob>
}

/** The text in the picture's file after `change`, which does not wait for anything but its own answer. */
function exportedAfter(page: Page, change: 'words' | 'clear'): Promise<string> {
  return page.locator('#first').evaluate(async (element, what) => {
    const canvas = element as unknown as Canvas
    if (what === 'words') await canvas.setPrompt('words of a moment ago')
    else await canvas.clear()
    return (await canvas.exportImage()).text()
  }, change)
}

test('a canvas at rest on a refined picture exports none of the words before', async ({ page }) => {
  await page.goto(`${site.url}/element/`)
  const inside = page.frameLocator('#first iframe')
  await expect(inside.locator('.picture')).toHaveAttribute('data-refined', 'true', { timeout: 60_000 })
  const text = await exportedAfter(page, 'words')
  expect(text).toContain('words of a moment ago')
  expect(text).toContain('Size: 512x512')
})

test('nor of the drawing before', async ({ page }) => {
  await page.goto(`${site.url}/element/`)
  const inside = page.frameLocator('#first iframe')
  await expect(inside.locator('.picture')).toHaveAttribute('data-refined', 'true', { timeout: 60_000 })
  const box = await inside.getByTestId('drawing').boundingBox()
  if (!box) throw new Error('the drawing is not on screen')
  await page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.3)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.7, box.y + box.height * 0.6, { steps: 8 })
  await page.mouse.up()
  await expect(inside.locator('.picture')).toHaveAttribute('data-refined', 'true')
  const seq = () => inside.getByRole('img', { name: 'Rendered picture' }).getAttribute('data-seq')
  const before = Number(await seq())
  await exportedAfter(page, 'clear')
  expect(Number(await seq())).toBeGreaterThan(before)
})
