// The pictures of README.md: `node e2e/screenshots.mjs http://localhost:7878 docs/images`, against a running server.
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { LAUNCH } from './system-chromium.mjs'

const [url = 'http://localhost:7878', folder = 'docs/images'] = process.argv.slice(2)
const shots = [
  { name: 'desktop-light', width: 1440, height: 900, colorScheme: 'light', scale: 1 },
  {
    name: 'desktop-dark',
    width: 1440,
    height: 900,
    colorScheme: 'dark',
    scale: 1,
    words: 'night lighthouse mountains photo',
  },
  {
    name: 'phone-light',
    width: 390,
    height: 844,
    colorScheme: 'light',
    scale: 2,
    words: 'day lighthouse mountains photo',
  },
  { name: 'phone-dark', width: 390, height: 844, colorScheme: 'dark', scale: 2 },
]

const browser = await chromium.launch(LAUNCH)
for (const { name, width, height, colorScheme, scale, words } of shots) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme, deviceScaleFactor: scale })
  await page.goto(url)
  const status = page.getByTestId('status')
  await page.locator('canvas[data-seq]').waitFor()
  if (words) await page.getByRole('textbox', { name: 'Prompt' }).fill(words)
  await page.locator('.picture[data-refined=false]').waitFor()
  await page.locator('.picture[data-refined=true]').waitFor({ timeout: 60_000 })
  await status.getByText('Up to date').waitFor()
  await page.getByTestId('drawing').hover()
  await page.screenshot({
    path: join(folder, `${name}.jpg`),
    type: 'jpeg',
    quality: 82,
    animations: 'disabled',
  })
  await page.close()
}
await browser.close()
