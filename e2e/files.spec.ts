import { expect, type Locator, type Page, test } from '@playwright/test'
import { type RunningServer, startServer } from './server.ts'
import { Studio } from './studio.ts'

// Drawings and photos that come as files. A file may be anybody's: what cannot be shown is said, and nothing is lost.
let server: RunningServer

test.beforeAll(async () => {
  server = await startServer({ SKETCHWIRE_ENGINE: 'fake', SKETCHWIRE_FAKE_STEP_MS: '20' })
})
test.afterAll(async () => {
  await server.stop()
})

const notices = (page: Page) => page.getByRole('list', { name: 'Notices' })

const strokeAt = (y: number) => ({
  kind: 'stroke',
  colour: 'black',
  width: 'm',
  filled: false,
  points: [
    [-200, y, 0.5],
    [200, y, 0.5],
  ],
})
const params = {
  prompt: 'the words of a file',
  strength: 0.8,
  seed: 4217,
  steps: 4,
  guidanceScale: 8,
  width: 256,
  height: 256,
}
const fileOf = (content: object) => ({
  name: 'boat.sketchwire.json',
  mimeType: 'application/json',
  buffer: Buffer.from(JSON.stringify({ format: 'sketchwire', version: 1, params, content })),
})
/** A photo of one pixel. */
const dot = {
  name: 'dot.png',
  mimeType: 'image/png',
  buffer: Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
}
const twoStrokes = fileOf({ plain: 1, items: [strokeAt(-50), strokeAt(50)] })

/** Lets go of files over a part of the page. */
async function drop(over: Locator, files: readonly (typeof twoStrokes)[]): Promise<void> {
  const sent = files.map(({ name, mimeType, buffer }) => ({
    name,
    url: `data:${mimeType};base64,${buffer.toString('base64')}`,
  }))
  await over.evaluate(async (element, parts) => {
    const data = new DataTransfer()
    for (const { name, url } of parts) {
      const bytes = await (await fetch(url)).blob()
      data.items.add(new File([bytes], name, { type: bytes.type }))
    }
    element.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))
  }, sent)
}

for (const surface of ['tldraw', 'plain'])
  test(`a drawing file dropped on the sheet opens, and a reload loses none of it: ${surface}`, async ({
    page,
  }) => {
    const studio = new Studio(page)
    await studio.open(`${server.url}/?surface=${surface}`)
    const visited = page.url()
    await drop(studio.drawing.locator('.tl-canvas, .plain-canvas'), [twoStrokes])
    await expect(page).not.toHaveURL(visited)
    await expect(studio.prompt).toHaveValue(params.prompt)
    // Its words come before its strokes.
    await studio.settled()
    await page.goto(`${page.url()}&surface=${surface}`)
    await expect(studio.prompt).toHaveValue(params.prompt)
    await expect(page.getByRole('spinbutton', { name: 'Seed' })).toHaveValue('4217')
    expect(await studio.saved()).toHaveLength(2)
    // The menu offers it, and not the page that was only visited.
    const recent = await page.evaluate(() => localStorage.getItem('sketchwire:recent'))
    expect(JSON.parse(recent ?? '[]')).toMatchObject([{ prompt: params.prompt }])
    await isSurface(studio)
  })

/** What every canvas does alike with a drawing (components/canvas/drawing-surface.ts), in steps that undo takes back. */
async function isSurface(studio: Studio): Promise<void> {
  const { page } = studio
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  const drawn = await studio.saved()
  const leaves = async (count: number, act: () => Promise<void>) => {
    await studio.changing(act)
    expect(await studio.saved()).toHaveLength(count)
  }
  const undo = () => button('Undo').click()
  await leaves(1, () => button('Use the picture as the drawing').click())
  await leaves(drawn.length, undo)
  await leaves(drawn.length + 1, () => page.getByLabel('Photo file').setInputFiles(dot))
  await leaves(drawn.length, undo)
  await leaves(0, () => button('Clear the page').click())
  await button('Menu').click()
  await leaves(drawn.length, () => page.getByRole('button', { name: 'Before it was cleared' }).click())
  await leaves(0, undo)
  await leaves(drawn.length, undo)
  expect(await studio.saved()).toEqual(drawn)
}

test('a file that the full editor cannot read is said, and what is open stays', async ({ page }) => {
  const studio = new Studio(page)
  await studio.open(server.url)
  const address = page.url()
  const content = JSON.parse(await studio.savedText()).content
  const chooser = page.getByLabel('Drawing file')
  const sequences = Object.fromEntries(Object.keys(content.schema.sequences).map((name) => [name, 999]))
  await chooser.setInputFiles(fileOf({ ...content, schema: { ...content.schema, sequences } }))
  await expect(notices(page)).toContainText('a later version of the editor')
  expect(page.url()).toBe(address)

  const [first, ...others] = content.shapes
  await chooser.setInputFiles(fileOf({ ...content, shapes: [{ ...first, props: { geo: 3 } }, ...others] }))
  await expect(notices(page)).toContainText('This drawing could not be put on the page')
  await expect(page).not.toHaveURL(address)
  expect(await studio.saved()).toEqual([])
  await page.goBack()
  await expect(page).toHaveURL(address)
  expect(await studio.saved()).toHaveLength(content.shapes.length)
})

test('the plain canvas says what it cannot show, and goes on with all the rest', async ({ page }) => {
  const studio = new Studio(page)
  await studio.open(`${server.url}/?surface=plain`)
  const address = `${page.url()}&surface=plain`
  // The example of the first visit is there after a reload.
  await page.goto(address)
  expect((await studio.saved()).length).toBeGreaterThan(3)
  const chooser = page.getByLabel('Drawing file')
  const schema = { schemaVersion: 2, sequences: {} }
  await chooser.setInputFiles(fileOf({ shapes: [], bindings: [], rootShapeIds: [], assets: [], schema }))
  await expect(notices(page)).toContainText('made in the full editor')
  expect(page.url()).toBe(address)

  // A photo that does not decode stays in the drawing.
  const broken = { kind: 'photo', src: 'data:image/png;base64,AAAA', x: 0, y: 0, w: 9, h: 9 }
  await chooser.setInputFiles(fileOf({ plain: 1, items: [broken, strokeAt(0)] }))
  await expect(page).not.toHaveURL(address)
  await studio.settled()
  expect(await studio.saved()).toEqual([broken, strokeAt(0)])

  await drop(page.getByTestId('picture'), [
    { name: 'notes.png', mimeType: 'image/png', buffer: Buffer.from('no picture') },
    dot,
  ])
  await expect(notices(page)).toContainText('notes.png')
  expect(await studio.saved()).toHaveLength(3)
})
