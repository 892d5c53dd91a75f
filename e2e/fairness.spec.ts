import { expect, test } from '@playwright/test'
import { type RunningServer, startServer } from './server.ts'
import { difference, Studio } from './studio.ts'

// A slow engine on purpose: what is tested is what waits, not what is painted. Its pictures show their own job.
let server: RunningServer

test.beforeAll(async () => {
  server = await startServer({ SKETCHWIRE_ENGINE: 'fake', SKETCHWIRE_FAKE_STEP_MS: '250' })
})
test.afterAll(async () => {
  await server.stop()
})

test('[F3] under a slow engine the newest drawing wins, and the older ones are not rendered', async ({
  page,
}) => {
  const studio = new Studio(page)
  await studio.open(server.url)
  let penUpMs = 0
  await studio.changing(async () => {
    for (let i = 0; i < 12; i++) {
      await studio.stroke([
        [0.1, 0.1 + i * 0.06],
        [0.9, 0.12 + i * 0.06],
      ])
    }
    penUpMs = Date.now()
  })
  // A picture takes a second here. What runs, and the one newest drawing after it: a queue of all the drawings that
  // twelve strokes made would take a dozen seconds and more.
  expect(Date.now() - penUpMs).toBeLessThan(8000)
  const painted = await studio.pixels()
  await page.reload()
  await studio.settled()
  expect(difference(painted, await studio.pixels())).toBeLessThan(2)
})

test("a slow picture forms before one's eyes, step by step", async ({ page }) => {
  // Well over the second after which the page asks for previews, as it sees it.
  const slow = await startServer({ SKETCHWIRE_ENGINE: 'fake', SKETCHWIRE_FAKE_STEP_MS: '450' })
  try {
    const studio = new Studio(page)
    await studio.open(slow.url)
    const picture = page.locator('.picture')
    await expect(picture).toHaveAttribute('data-forming', 'false')
    // The first slow picture is what tells the page that the engine is slow.
    await studio.stroke([
      [0.2, 0.2],
      [0.8, 0.3],
    ])
    await expect(picture).toHaveAttribute('data-forming', 'true')
    await expect(studio.status).toContainText(/Generating, step [1-3] of 4/)
    await studio.settled()
    await expect(picture).toHaveAttribute('data-forming', 'false')
  } finally {
    await slow.stop()
  }
})

test("two tabs never see each other's picture", async ({ browser }) => {
  const red = new Studio(await browser.newPage())
  const blue = new Studio(await browser.newPage())
  await Promise.all([red.open(`${server.url}/?d=red`), blue.open(`${server.url}/?d=blue`)])
  // A drawing nobody has drawn on yet is a white page.
  const blank = await red.pixels()
  expect(difference(blank, await blue.pixels())).toBeLessThan(2)
  await red.changing(() =>
    red.stroke([
      [0.1, 0.1],
      [0.9, 0.9],
      [0.1, 0.9],
      [0.9, 0.1],
    ]),
  )
  expect(difference(blank, await red.pixels())).toBeGreaterThan(0.5)
  await blue.settled()
  expect(difference(blank, await blue.pixels())).toBeLessThan(2)
})
