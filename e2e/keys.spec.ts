import { expect, test } from '@playwright/test'
import { type RunningServer, startServer } from './server.ts'
import { Studio } from './studio.ts'

// The keyboard is heard wherever the focus is: it must not change what is out of sight or read-only.
let server: RunningServer

test.beforeAll(async () => {
  server = await startServer({ SKETCHWIRE_ENGINE: 'fake', SKETCHWIRE_FAKE_STEP_MS: '20' })
})
test.afterAll(async () => {
  await server.stop()
})

for (const surface of ['tldraw', 'plain'])
  test(`keys leave a drawing alone that is out of sight: ${surface}`, async ({ page }) => {
    const studio = new Studio(page)
    await studio.open(`${server.url}/?surface=${surface}`)
    const before = (await studio.saved()).length
    await studio.stroke([
      [0.2, 0.2],
      [0.8, 0.3],
    ])
    const undo = page.getByRole('button', { name: 'Undo' })
    const redo = page.getByRole('button', { name: 'Redo' })
    await page.keyboard.press('3')
    await expect(page.locator('.desk')).toHaveAttribute('data-view', 'picture')
    for (const keys of ['Control+z', 'Control+a', 'Delete']) await page.keyboard.press(keys)
    await page.keyboard.press('1')
    await expect(undo).toBeEnabled()
    await expect(redo).toBeDisabled()
    expect(await studio.saved()).toHaveLength(before + 1)
    await page.keyboard.press('Control+z')
    await expect(redo).toBeEnabled()
  })

for (const surface of ['tldraw', 'plain'])
  test(`keys leave a drawing alone that lies behind a dialog: ${surface}`, async ({ page }) => {
    const studio = new Studio(page)
    await studio.open(`${server.url}/?surface=${surface}`)
    await studio.stroke([
      [0.2, 0.2],
      [0.8, 0.3],
    ])
    const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    const button = (name: string) => page.getByRole('button', { name, exact: true })
    await page.getByRole('banner').getByRole('button', { name: 'Keyboard shortcuts' }).click()
    await expect(help).toBeVisible()
    const keys = ['Control+z', 'Control+a', 'Delete', 'r', 'e']
    await help.getByRole('button', { name: 'Close' }).focus()
    for (const key of keys) await page.keyboard.press(key)
    // On words, which take no focus: it is on the body then.
    await help.getByRole('heading', { name: 'Drawing' }).click()
    for (const key of keys) await page.keyboard.press(key)
    await page.keyboard.press('Escape')
    await expect(help).toBeHidden()
    await expect(button('Undo')).toBeEnabled()
    await expect(button('Redo')).toBeDisabled()
    await expect(button('Pen')).toHaveAttribute('aria-pressed', 'true')
    await page.keyboard.press('e')
    await expect(button('Eraser')).toHaveAttribute('aria-pressed', 'true')
  })

test('a shape is drawn, moved and taken away again without a pointer', async ({ page }) => {
  const studio = new Studio(page)
  await studio.open(server.url)
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  await button('Clear the page').press('Enter')
  const shape = page.locator('.tl-shape')
  await expect(shape).toHaveCount(0)
  await button('Rectangle').press('Enter')
  await expect(button('Rectangle')).toHaveAttribute('aria-pressed', 'true')
  await expect(shape).toHaveCount(0)
  await studio.changing(() => button('Rectangle').press('Enter'))
  await expect(shape).toHaveCount(1)
  const place = async () => (await shape.boundingBox())?.x ?? 0
  const before = await place()
  await page.keyboard.press('Shift+ArrowRight')
  await expect.poll(place).toBeGreaterThan(before + 4)
  await page.getByRole('group', { name: 'Selection' }).getByRole('button', { name: 'Delete' }).press('Enter')
  await expect(shape).toHaveCount(0)
  await expect(page.getByRole('group', { name: 'Selection' })).toBeHidden()
})

test('keys leave a read-only canvas alone, and the page around does not', async ({ page }) => {
  await page.goto(`${server.url}/embed.json`)
  const address = `${server.url}/embed?drawing=shown&readonly=&host=${server.url}`
  await page.setContent(`<iframe src="${address}" width="800" height="600"></iframe>`)
  const inside = page.frameLocator('iframe')
  await expect(inside.locator('.tl-canvas')).toBeVisible()
  const ask = (call: object) =>
    page.evaluate(
      (asked) =>
        new Promise<unknown>((resolve) => {
          const listen = ({ data }: MessageEvent<{ id?: number; value?: unknown }>) => {
            if (data.id !== asked.id) return
            window.removeEventListener('message', listen)
            resolve(data.value)
          }
          window.addEventListener('message', listen)
          window.frames[0]?.postMessage({ sketchwire: 1, ...asked }, '*')
        }),
      { id: Math.floor(Math.random() * 1e9), ...call },
    )
  const shapes = async () => JSON.parse(String(await ask({ type: 'exportDrawing' }))).content.shapes.length
  const stroke = {
    kind: 'stroke',
    colour: 'black',
    width: 'm',
    filled: false,
    points: [
      [0, 0, 0.5],
      [90, 0, 0.5],
    ],
  }
  const content = { plain: 1, items: [stroke] }
  await ask({ type: 'loadDrawing', drawing: JSON.stringify({ format: 'sketchwire', version: 1, content }) })
  expect(await shapes()).toBe(1)
  await inside.getByTestId('status').click()
  for (const keys of ['Control+a', 'Delete']) await page.keyboard.press(keys)
  expect(await shapes()).toBe(1)
  await ask({ type: 'clear' })
  expect(await shapes()).toBe(0)
})

test('the seed may be cleared and typed anew', async ({ page }) => {
  const studio = new Studio(page)
  await studio.open(`${server.url}/?surface=plain`)
  const seed = page.getByRole('spinbutton', { name: 'Seed' })
  const before = await seed.inputValue()
  await seed.fill('')
  await expect(seed).toHaveValue('')
  await seed.blur()
  await expect(seed).toHaveValue(before)
  await seed.fill('')
  await studio.changing(() => seed.pressSequentially('4217'))
  await seed.blur()
  await expect(seed).toHaveValue('4217')
})
