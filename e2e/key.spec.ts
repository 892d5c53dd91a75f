import { expect, test } from '@playwright/test'
import { type RunningServer, startServer } from './server.ts'
import { Studio } from './studio.ts'

const KEY = 'a-key-of-this-test-0123456789abcdef'
/** Nobody has come in with this one yet: whoever has is looked at, however many wrong keys came. */
const OTHER = 'another-key-of-this-test-0123456789'
let server: RunningServer

test.beforeAll(async () => {
  server = await startServer({ SKETCHWIRE_ENGINE: 'fake', SKETCHWIRE_KEYS: `${KEY},${OTHER}` })
})
test.afterAll(async () => {
  await server.stop()
})

test('a server with keys asks for one, says when it is wrong, and is asked no more once it is right', async ({
  page,
}) => {
  const studio = new Studio(page)
  const dialog = page.getByRole('dialog', { name: 'This server asks for a key' })
  const field = dialog.getByLabel('Key')
  await page.goto(server.url)
  await expect(dialog).toBeVisible()
  await expect(field).toBeFocused()
  await expect(dialog.getByRole('alert')).toBeHidden()

  await field.fill('not-the-key')
  await field.press('Enter')
  await expect(dialog.getByRole('alert')).toContainText('does not know this key')
  await expect(studio.status).toHaveAttribute('data-activity', 'offline')

  // It can wait: the drawing goes on without the server, and the way back is beside the words.
  await dialog.getByRole('button', { name: 'Later' }).click()
  await expect(dialog).toBeHidden()
  await expect(page.getByRole('button', { name: 'Clear the page' })).toBeEnabled()
  const shapes = await page.locator('.tl-shape').count()
  await studio.stroke([
    [0.2, 0.2],
    [0.8, 0.3],
  ])
  await expect(page.locator('.tl-shape')).toHaveCount(shapes + 1)
  await page.getByRole('button', { name: 'Enter it' }).click()

  // The keys are the dialog's, whichever part of it has the focus.
  await dialog.getByRole('button', { name: 'Later' }).focus()
  for (const keys of ['Control+z', 'Control+a', 'Delete']) await page.keyboard.press(keys)
  await expect(page.locator('.tl-shape')).toHaveCount(shapes + 1)

  await field.fill(KEY)
  await dialog.getByRole('button', { name: 'Connect' }).click()
  await expect(dialog).toBeHidden()
  await studio.settled()

  await page.reload()
  await studio.settled()
  await expect(dialog).toBeHidden()
})

test('after too many wrong keys it says that the next was not looked at, and takes the right one a moment later', async ({
  page,
  request,
}) => {
  await page.goto(server.url)
  const dialog = page.getByRole('dialog', { name: 'This server asks for a key' })
  const field = dialog.getByLabel('Key')
  await field.fill(OTHER)
  const wrong = { authorization: 'Bearer not-the-key' }
  // Ten tries, and one every six seconds; the last of these is the first that is not looked at. Only now: the page may
  // take longer than that to come.
  for (let tries = 0; tries < 20; tries++) {
    const reply = await request.post(`${server.url}/api/tickets`, { headers: wrong, data: {} })
    if (reply.status() === 429) break
    expect(reply.status()).toBe(401)
  }
  await field.press('Enter')
  await expect(dialog.getByRole('alert')).toHaveText(
    /^Too many wrong keys came from here, so this one was not looked at. Send it again in \d s$/,
  )
  await expect(async () => {
    // It may have closed since the last look.
    if (await dialog.isVisible())
      await dialog.getByRole('button', { name: 'Connect' }).click({ timeout: 1_000 })
    await expect(dialog).toBeHidden({ timeout: 3_000 })
  }).toPass({ timeout: 30_000 })
  await new Studio(page).settled()
})
