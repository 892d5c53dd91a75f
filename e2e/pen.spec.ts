import { expect, test } from '@playwright/test'
import { type RunningServer, startServer } from './server.ts'
import { Studio } from './studio.ts'

let server: RunningServer

test.beforeAll(async () => {
  server = await startServer({ SKETCHWIRE_ENGINE: 'fake', SKETCHWIRE_FAKE_STEP_MS: '1' })
})
test.afterAll(async () => {
  await server.stop()
})

for (const surface of ['tldraw', 'plain'])
  test(`the pen that was chosen is there on the next drawing: ${surface}`, async ({ page }) => {
    const studio = new Studio(page)
    await studio.open(`${server.url}/?surface=${surface}`)
    const choice = (name: string) => page.locator('.pen-inline').getByRole('button', { name, exact: true })
    for (const name of ['Red', 'Brush', 'Fill closed shapes']) await choice(name).click()
    await expect(choice('Red')).toHaveAttribute('aria-pressed', 'true')

    await page.goto(`${server.url}/?surface=${surface}`)
    await studio.settled()
    await expect(choice('Red')).toHaveAttribute('aria-pressed', 'true')
    await expect(choice('Brush')).toHaveAttribute('aria-pressed', 'true')
    await expect(choice('Fill closed shapes')).toHaveAttribute('aria-pressed', 'false')
  })
