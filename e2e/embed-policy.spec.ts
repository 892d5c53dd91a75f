import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect as expectAnything, test, type Page } from '@playwright/test'
import { type OtherSite, serveElsewhere } from './other-origin.ts'
import { type RunningServer, startServer } from './server.ts'

const expect = expectAnything.configure({ timeout: 60_000 })
test.setTimeout(180_000)

/** Where the examples expect the server; the site that serves them puts the real one in its place. */
const SERVER = 'http://localhost:7878'
/** What docs/embed.md tells a page with a policy to send, and nothing more for styles. */
const ENOUGH = [
  "default-src 'self'",
  "style-src 'self'",
  `script-src 'self' ${SERVER}`,
  `connect-src 'self' ${SERVER}`,
  `frame-src ${SERVER}`,
]
const without = (directive: string) => ENOUGH.filter((part) => !part.startsWith(directive))
const POLICIES = {
  enough: ENOUGH,
  'no-connect': [...without('connect-src'), "connect-src 'self'"],
  'no-default-connect': without('connect-src'),
  'no-frame': [...without('frame-src'), "frame-src 'self'"],
}

let folder: string
let server: RunningServer
let site: OtherSite

/** The example that everybody copies, in pages with a policy. */
function writePages(): void {
  const example = readFileSync('examples/element/index.html', 'utf8')
  for (const [name, policy] of Object.entries(POLICIES)) {
    const meta = `<meta http-equiv="Content-Security-Policy" content="${policy.join('; ')}" />`
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'index.html'), example.replace('<head>', `<head>${meta}`))
  }
}

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sketchwire-policy-'))
  writePages()
  server = await startServer({ SKETCHWIRE_ENGINE: 'fake' })
  site = await serveElsewhere(folder, server.url)
})
test.afterAll(async () => {
  await site.stop()
  await server.stop()
  rmSync(folder, { recursive: true })
})

test('a page that lets in only what says so (COEP) shows the canvas', async ({ page }) => {
  const strict = { 'cross-origin-embedder-policy': 'require-corp' }
  const isolated = await serveElsewhere('examples', server.url, strict)
  await page.goto(`${isolated.url}/element/`)
  const picture = page.frameLocator('#first iframe').getByRole('img', { name: 'Rendered picture' })
  await expect(picture).toHaveAttribute('data-seq', /\d+/)
  await isolated.stop()
})

/** How high the canvas told the page that it wants to be, and how its frame came out. */
const look = (page: Page) =>
  page.locator('#first').evaluate((canvas) => {
    const frame = canvas.shadowRoot?.querySelector('iframe')
    const rule = canvas.shadowRoot?.adoptedStyleSheets[0]?.cssRules[0]
    return {
      told: rule instanceof CSSStyleRule ? Number.parseFloat(rule.style.height) : 0,
      high: frame?.getBoundingClientRect().height,
      border: frame && getComputedStyle(frame).borderTopWidth,
    }
  })

test('a page with a policy of its own shows the canvas as high as it wants to be', async ({ page }) => {
  await page.goto(`${site.url}/enough/`)
  const picture = page.frameLocator('#first iframe').getByRole('img', { name: 'Rendered picture' })
  await expect(picture).toHaveAttribute('data-seq', /\d+/)
  // It begins with 420.
  await expect.poll(async () => (await look(page)).told).toBeGreaterThan(420)
  const { told, high, border } = await look(page)
  expect(high).toBeCloseTo(told, 0)
  expect(border).toBe('0px')
})

for (const [name, directive, remedy] of [
  ['no-connect', 'connect-src', 'Add http'],
  ['no-default-connect', 'connect-src', 'Give it one with http'],
  ['no-frame', 'frame-src', 'Add http'],
] as const)
  test(`a policy that keeps the canvas out is named, and what to add to it (${name})`, async ({ page }) => {
    await page.goto(`${site.url}/${name}/`)
    const words = page.locator('#first').getByRole('status')
    await expect(words).toContainText(`its ${directive} does not allow that`)
    await expect(words).toContainText(remedy)
    await expect(words).toContainText(server.url)
    await expect(page.locator('#first iframe')).toHaveCount(0)
  })
