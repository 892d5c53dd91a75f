import { expect, type Page, test } from '@playwright/test'
import { type RunningServer, startServer } from './server.ts'
import { Studio } from './studio.ts'

// The settings of a drawing are kept with it: with no server to be reached, and in every tab that shows it.
let server: RunningServer

test.beforeAll(async () => {
  server = await startServer({ SKETCHWIRE_ENGINE: 'fake', SKETCHWIRE_FAKE_STEP_MS: '20' })
})
test.afterAll(async () => {
  await server.stop()
})

const nobodyAnswers = (page: Page) => page.routeWebSocket(/\/api\/live/, (socket) => socket.close())
const menu = (page: Page) => page.getByRole('button', { name: 'Menu' })

async function strokeAt(studio: Studio, y: number): Promise<void> {
  await studio.stroke([
    [0.1, y],
    [0.9, y + 0.05],
  ])
}

test('with the server down words and drawing are kept, saved, offered and carried over', async ({ page }) => {
  await nobodyAnswers(page)
  const studio = new Studio(page)
  await page.goto(server.url)
  await expect(page.getByRole('button', { name: 'Clear the page' })).toBeEnabled()
  await studio.prompt.fill('a boat in fog')
  await strokeAt(studio, 0.2)
  const address = page.url()
  expect(JSON.parse(await studio.savedText())).toMatchObject({ params: { prompt: 'a boat in fog' } })
  await page.reload()
  await expect(studio.prompt).toHaveValue('a boat in fog')

  await menu(page).click()
  await page.getByRole('button', { name: 'New drawing' }).click()
  await expect(page).not.toHaveURL(address)
  await expect(studio.prompt).toHaveValue('a boat in fog')
  await menu(page).click()
  await page.getByRole('button', { name: /^a boat in fog/ }).click()
  await expect(page).toHaveURL(address)
})

test('a saved drawing that is opened offline shows its words, and its file holds all of its settings', async ({
  page,
}) => {
  const studio = new Studio(page)
  await studio.open(server.url)
  await studio.say('a lighthouse')
  await studio.keeps('a lighthouse')
  await nobodyAnswers(page)
  await page.reload()
  await expect(studio.prompt).toHaveValue('a lighthouse')
  const { params } = JSON.parse(await studio.savedText())
  expect(params).toMatchObject({ prompt: 'a lighthouse', width: 256, strength: expect.any(Number) })
})

test('words that are set in one tab of a drawing are those of the other, and strokes there keep them', async ({
  context,
}) => {
  const [first, second] = [new Studio(await context.newPage()), new Studio(await context.newPage())]
  await first.open(server.url)
  await first.say('day')
  await first.keeps('day')
  await second.page.goto(first.page.url())
  await expect(second.prompt).toHaveValue('day')
  await first.page.bringToFront()
  await first.say('night')
  await expect(second.prompt).toHaveValue('night')
  await second.page.bringToFront()
  await strokeAt(second, 0.3)
  await second.page.waitForTimeout(1000)
  await expect(first.prompt).toHaveValue('night')
  await first.page.reload()
  await expect(first.prompt).toHaveValue('night')
})
