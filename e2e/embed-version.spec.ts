import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { type OtherSite, serveElsewhere } from './other-origin.ts'
import { type RunningServer, startServer } from './server.ts'

// Served, not fulfilled by a route: Chromium lets no page without an address of its own load from this machine.
const PAGE = `<!doctype html><script src="http://localhost:7878/embed.js"></script>
<sketchwire-canvas surface="plain" drawing="newer"></sketchwire-canvas><output></output>
<script>
  const said = document.querySelector('output')
  document.querySelector('sketchwire-canvas').addEventListener('error', ({ detail }) => {
    said.value += detail.code + ' '
  })
</script>`

let folder: string
let server: RunningServer
let site: OtherSite

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sketchwire-page-'))
  writeFileSync(join(folder, 'index.html'), PAGE)
  server = await startServer({ SKETCHWIRE_ENGINE: 'fake' })
  site = await serveElsewhere(folder, server.url)
})
test.afterAll(async () => {
  await site.stop()
  await server.stop()
  rmSync(folder, { recursive: true })
})

test('a server of another version is loaded anew a few times, and then said to be one', async ({ page }) => {
  let dials = 0
  await page.routeWebSocket(/api\/live/, (socket) => {
    dials += 1
    const message = 'This server speaks protocol 9; reload the page'
    socket.onMessage(() => {
      socket.send(JSON.stringify({ type: 'error', code: 'protocol_version', message }))
      void socket.close({ code: 4009, reason: 'protocol_version' })
    })
  })
  await page.goto(`${site.url}/`)
  await expect(page.locator('output')).toHaveText(/^(protocol_version ){3}protocol_version\s*$/)
  const inside = page.frameLocator('sketchwire-canvas iframe')
  await expect(inside.getByTestId('status')).toContainText('The server was updated. Reload the page')
  // What was never painted is from nothing.
  await expect(inside.getByText('From the prompt alone')).toHaveCSS('opacity', '0')
  expect(dials).toBe(4)
})
