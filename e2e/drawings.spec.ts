import { readFile } from 'node:fs/promises'
import { expect, type Page, test } from '@playwright/test'
import { type RunningServer, startServer } from './server.ts'
import { tableOf, untilStored } from './stored.ts'
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

test('what was drawn on the plain canvas is there in the full editor, to be gone on with', async ({
  page,
}) => {
  const studio = new Studio(page)
  // Visited in the full editor before, which keeps a blank page of it then.
  await studio.open(`${server.url}/?d=boat`)
  await expect
    .poll(async () => (await tableOf(page, 'TLDRAW_DOCUMENT_v2sketchwire-boat', 'records')).length)
    .toBeGreaterThan(0)
  await page.goto(`${server.url}/?d=boat&surface=plain`)
  await studio.settled()
  await draw(studio, 'a boat')
  await untilStored(studio)
  const drawn = await studio.saved()

  await page.goto(`${server.url}/?d=boat`)
  await studio.settled()
  const shapes = page.locator('.tl-shape')
  await expect(shapes).toHaveCount(drawn.length)
  await expect(page.getByRole('button', { name: /^Undo/ })).toBeDisabled()
  await draw(studio, 'a boat at sea')
  await untilStored(studio)
  await page.reload()
  await studio.settled()
  await expect(shapes).toHaveCount(drawn.length + 1)

  // A page that was cleared is not filled again with what was there before.
  await page.getByRole('button', { name: /^Clear/ }).click()
  await expect(shapes).toHaveCount(0)
  await untilStored(studio)
  await page.reload()
  await studio.settled()
  await expect(shapes).toHaveCount(0)
})

test('the plain canvas says what was drawn in the full editor, and leaves its look alone', async ({
  page,
}) => {
  const looks = async () => new Map(await tableOf(page, 'sketchwire-thumbnails', 'thumbnails'))
  const studio = new Studio(page)
  await studio.open(server.url)
  const id = await draw(studio, 'a boat')
  await untilStored(studio)
  const drawn = await studio.saved()
  await menu(page, 'New drawing')
  await expect(page).not.toHaveURL(new RegExp(id))
  await expect.poll(async () => (await looks()).has(id)).toBe(true)
  // On a page that makes none: a later one may have been on its way.
  await page.goto(`${server.url}/embed.json`)
  const look = (await looks()).get(id)
  expect(look).toBeDefined()

  await page.goto(`${server.url}/?d=${id}&surface=plain`)
  await studio.settled()
  await expect(notices(page)).toContainText('drawn on in the full editor')
  expect(await studio.saved()).toEqual([])
  // The look of the one that is open is kept when another is opened, before that one's.
  await menu(page, 'New drawing')
  await expect(page).not.toHaveURL(new RegExp(id))
  await expect(notices(page)).not.toContainText('drawn on in the full editor')
  const next = await draw(studio, 'an island')
  await expect.poll(async () => (await looks()).has(next)).toBe(true)
  expect((await looks()).get(id)).toEqual(look)
  // A reload is the same page, on the same canvas.
  const island = await studio.saved()
  await page.reload()
  expect(await studio.saved()).toEqual(island)

  await page.goBack()
  await notices(page).getByRole('button', { name: 'Open the full editor' }).click()
  await expect(page).toHaveURL(`${server.url}/?d=${id}`)
  await studio.settled()
  expect(await studio.saved()).toHaveLength(drawn.length)
})
