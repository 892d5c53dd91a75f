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

for (const surface of ['tldraw', 'plain'])
  test(`a colour of one's own is drawn, kept in its place, and there after a reload: ${surface}`, async ({
    page,
  }) => {
    const studio = new Studio(page)
    await studio.open(`${server.url}/?surface=${surface}&start=blank`)
    const pen = page.locator('.pen-inline')
    const own = (colour: string) => pen.getByRole('button', { name: `Own colour ${colour}` })
    await pen.getByLabel('Choose a colour of your own').fill('#8b5a2b')
    await expect(own('#8b5a2b')).toHaveAttribute('aria-pressed', 'true')
    await studio.changing(() =>
      studio.stroke([
        [0.3, 0.5],
        [0.7, 0.5],
      ]),
    )
    expect(await studio.colourAt(0.5, 0.5)).toEqual([0x8b, 0x5a, 0x2b])

    await pen.getByRole('button', { name: 'Red', exact: true }).click()
    await page.reload()
    await studio.settled()
    expect(await studio.colourAt(0.5, 0.5)).toEqual([0x8b, 0x5a, 0x2b])
    await own('#8b5a2b').click()
    await expect(own('#8b5a2b')).toHaveAttribute('aria-pressed', 'true')
    expect(studio.complaints).toEqual([])
  })
