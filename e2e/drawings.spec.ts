import { readFile } from 'node:fs/promises'
import { expect, type Page, test } from '@playwright/test'
import { type RunningServer, startServer } from './server.ts'
import { tableOf } from './stored.ts'
import { Studio } from './studio.ts'

// Nothing that somebody drew is out of reach: not behind a plain address, and not off the end of a list.
let server: RunningServer

test.beforeAll(async () => {
  server = await startServer({ SKETCHWIRE_ENGINE: 'fake', SKETCHWIRE_FAKE_STEP_MS: '20' })
})
test.afterAll(async () => {
  await server.stop()
})

const notices = (page: Page) => page.getByRole('list', { name: 'Notices' })
const rows = (page: Page) => page.getByRole('list', { name: 'Drawings' }).getByRole('listitem')
const idOf = (page: Page) => new URL(page.url()).searchParams.get('d') ?? ''

async function menu(page: Page, item: string): Promise<void> {
  await page.getByRole('button', { name: 'Menu' }).click()
  await page.getByRole('button', { name: item }).click()
}

/** Draws on the page that is open and says what it is of; gives its id. */
async function draw(studio: Studio, words: string): Promise<string> {
  await studio.changing(() =>
    studio.stroke([
      [0.1, 0.2],
      [0.9, 0.3],
    ]),
  )
  await studio.say(words)
  await studio.keeps(words)
  return idOf(studio.page)
}

test('every drawing is found again by its look, opened, saved and deleted; the last one is offered', async ({
  page,
}) => {
  const studio = new Studio(page)
  await studio.open(server.url)
  const first = await draw(studio, 'a boat')
  const drawn = (await studio.saved()).length
  await menu(page, 'New drawing')
  await expect(page).not.toHaveURL(new RegExp(first))
  await studio.settled()
  const second = await draw(studio, 'an island')
  await page.getByRole('button', { name: 'Pin', exact: true }).click()
  await expect(page.getByRole('list', { name: 'Pinned results' })).toBeVisible()

  // Its look is kept a moment later.
  const looks = async () => (await tableOf(page, 'sketchwire-thumbnails', 'thumbnails')).map(([id]) => id)
  await expect.poll(looks).toContain(second)

  // The list of an earlier version had an end.
  await page.evaluate((id) => {
    const known = JSON.parse(localStorage.getItem('sketchwire:recent') ?? '[]')
    const listed = known.filter((drawing: { id: string }) => drawing.id !== id)
    localStorage.setItem('sketchwire:recent', JSON.stringify(listed))
  }, first)
  await page.goto(server.url)
  await studio.settled()
  await expect(notices(page)).toContainText('Your last drawing is kept: “an island”')
  await draw(studio, 'mountains')
  await expect(notices(page)).not.toContainText('Your last drawing')

  await menu(page, 'All drawings…')
  await expect(rows(page)).toHaveText([/^mountainsOpen now/, /^an island/, /^a boatFound in this browser/])
  await expect(rows(page).nth(1).locator('img[src^="data:image/jpeg"]')).toBeVisible()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save to a file: a boat' }).click(),
  ])
  const file = JSON.parse(await readFile(await download.path(), 'utf8'))
  expect(file).toMatchObject({ format: 'sketchwire', params: { prompt: 'a boat' } })
  expect(file.content.shapes).toHaveLength(drawn)

  await page.getByRole('button', { name: 'Delete: an island' }).click()
  const question = page.getByRole('group', { name: 'Delete this drawing?' })
  await expect(question).toContainText('its pinned picture')
  await question.getByRole('button', { name: 'Delete' }).click()
  await expect(rows(page)).toHaveCount(2)
  const left = await page.evaluate(async () => [
    ...Object.keys(localStorage),
    ...(await indexedDB.databases()).map(({ name }) => name),
  ])
  expect(left.filter((name) => name?.includes(second))).toEqual([])

  await rows(page)
    .nth(1)
    .getByRole('button', { name: /^a boat/ })
    .click()
  await expect(page).toHaveURL(new RegExp(first))
  await expect(studio.prompt).toHaveValue('a boat')
  expect(await studio.saved()).toHaveLength(drawn)
})

test('an address of which this browser keeps nothing is said to be one, with the way to a file', async ({
  page,
}) => {
  const studio = new Studio(page)
  await studio.open(`${server.url}/?d=drawn-elsewhere`)
  await expect(notices(page)).toContainText('This browser keeps no drawing at this address')
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    notices(page).getByRole('button', { name: 'Open from file' }).click(),
  ])
  expect(chooser.isMultiple()).toBe(false)
  await draw(studio, 'drawn here')
  await expect(notices(page)).not.toContainText('This browser keeps no drawing')
  await page.reload()
  await studio.settled()
  await expect(notices(page)).not.toContainText('This browser keeps no drawing')
})
