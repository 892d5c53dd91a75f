import { createHash } from 'node:crypto'
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

/** The picture's file after `change`, which does not wait for anything but its own answer. */
function exportedAfter(page: Page, change: 'words' | 'clear' | 'nothing'): Promise<string> {
  return page.locator('#first').evaluate(async (element, what) => {
    const canvas = element as unknown as Canvas
    if (what === 'words') await canvas.setPrompt('words of a moment ago')
    if (what === 'clear') await canvas.clear()
    return (await canvas.exportImage()).text()
  }, change)
}

const digest = (file: string) => createHash('sha256').update(file).digest('hex')

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
  for (const refined of ['false', 'true'])
    await expect(inside.locator('.picture')).toHaveAttribute('data-refined', refined)
  const before = digest(await exportedAfter(page, 'nothing'))
  const after = digest(await exportedAfter(page, 'clear'))
  expect(after).not.toBe(before)
  // At rest it is still that one.
  await expect(inside.locator('.picture')).toHaveAttribute('data-refined', 'true')
  expect(digest(await exportedAfter(page, 'nothing'))).toBe(after)
})
