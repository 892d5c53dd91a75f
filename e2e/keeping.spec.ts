import { expect, test } from '@playwright/test'
import { type RunningServer, startServer } from './server.ts'
import { Studio } from './studio.ts'

// A refinement pass takes three seconds here: long enough to be waited for.
let server: RunningServer

test.beforeAll(async () => {
  server = await startServer({ SKETCHWIRE_ENGINE: 'fake', SKETCHWIRE_FAKE_STEP_MS: '400' })
})
test.afterAll(async () => {
  await server.stop()
})

test('a person sees what they wait for, and may take the smaller picture or nothing', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const studio = new Studio(page)
  await studio.open(server.url)
  await page.bringToFront()
  const copy = page.getByRole('button', { name: 'Copy as PNG' })
  const save = page.getByRole('button', { name: 'Download PNG' })
  const notices = page.getByRole('list', { name: 'Notices' })

  await copy.click()
  await expect(notices).toContainText('Refining to 512 × 512 to copy it')
  await page.getByRole('button', { name: 'Take 256 × 256 now' }).click()
  await expect(notices).toContainText('Copied as PNG, 256 × 256')
  expect(await copiedWidth()).toBe(256)
  await expect(page.getByRole('button', { name: /^Take/ })).toHaveCount(0)

  // A stroke, so that there is a picture to refine again.
  await studio.changing(() =>
    studio.stroke([
      [0.2, 0.2],
      [0.8, 0.3],
    ]),
  )
  let saved = 0
  page.on('download', () => (saved += 1))
  await save.click()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByRole('button', { name: 'Cancel' })).toHaveCount(0)
  await expect(page.locator('.picture')).toHaveAttribute('data-refined', 'true')

  await studio.changing(() =>
    studio.stroke([
      [0.2, 0.6],
      [0.8, 0.7],
    ]),
  )
  const [download] = await Promise.all([page.waitForEvent('download'), save.click()])
  expect(download.suggestedFilename()).toMatch(/-512x512\.png$/)
  await expect(notices).toContainText('Saved as PNG, 512 × 512')
  // The one that was cancelled did not come after all.
  expect(saved).toBe(1)

  function copiedWidth(): Promise<number> {
    return page.evaluate(async () => {
      const [item] = await navigator.clipboard.read()
      const picture = await item?.getType('image/png')
      return picture ? (await createImageBitmap(picture)).width : 0
    })
  }
})
