import { expect, type Page, test } from '@playwright/test'
import { readFile } from 'node:fs/promises'
import { type RunningServer, startServer } from './server.ts'
import { brightness, difference, differenceBy, Studio } from './studio.ts'

let server: RunningServer

test.beforeAll(async () => {
  server = await startServer()
})
test.afterAll(async () => {
  expect(await server.stop()).toBe(0)
})

test.describe('drawing with the bundled model', () => {
  test('opens on an example that is already being rendered, and asks the internet for nothing', async ({
    page,
  }) => {
    const studio = new Studio(page)
    await studio.open(server.url)
    expect(await page.evaluate(() => new URL(location.href).searchParams.get('d'))).toBeTruthy()
    const pixels = await studio.pixels()
    const flat = pixels.every((value) => Math.abs(value - (pixels[0] ?? 0)) < 8)
    expect(flat).toBe(false)
    expect(studio.strangers).toEqual([])
    expect(studio.complaints).toEqual([])
  })

  test('[F7] a stroke changes the picture where it is, and leaves the rest nearly still', async ({
    page,
  }) => {
    const studio = new Studio(page)
    await studio.open(server.url)
    await studio.say('day sea photo')
    const before = await studio.pixels()
    const box = { left: 0.6, top: 0.1, right: 0.8, bottom: 0.3 }
    // A scribble, as one fills a shape by hand: back and forth from the top of the box to its bottom.
    const scribble = Array.from(
      { length: 17 },
      (_, i) => [i % 2 ? box.right : box.left, box.top + (i / 16) * 0.2] as const,
    )
    await studio.changing(() => studio.stroke(scribble))
    const { inside, outside } = differenceBy(before, await studio.pixels(), box)
    console.log(`stroke: changed ${inside.toFixed(1)} inside its box, ${outside.toFixed(1)} outside, of 255`)
    expect(inside).toBeGreaterThan(5 * outside)
  })

  test('words set the light: night is darker than day', async ({ page }) => {
    const studio = new Studio(page)
    await studio.open(server.url)
    await studio.say('day sea island photo')
    const day = brightness(await studio.pixels())
    await studio.say('night sea island photo')
    const night = brightness(await studio.pixels())
    console.log(`brightness: day ${day.toFixed(0)}, night ${night.toFixed(0)} of 255`)
    expect(night).toBeLessThan(day * 0.75)
  })

  test('[F7] clearing and redrawing the same gives the same picture', async ({ page }) => {
    const studio = new Studio(page)
    await studio.open(server.url)
    const clear = page.getByRole('button', { name: 'Clear the page' })
    const before = await studio.pixels()
    await studio.changing(() => clear.click())
    const cleared = await studio.pixels()
    expect(difference(before, cleared)).toBeGreaterThan(5)
    await studio.changing(() => page.getByRole('button', { name: 'Undo' }).click())
    expect(difference(before, await studio.pixels())).toBe(0)
  })

  test('survives a reload, and a new drawing does not touch it', async ({ page, context }) => {
    const studio = new Studio(page)
    await studio.open(server.url)
    await studio.changing(() =>
      studio.stroke([
        [0.2, 0.2],
        [0.5, 0.3],
        [0.8, 0.15],
      ]),
    )
    const before = await studio.pixels()
    const address = page.url()

    const other = new Studio(await context.newPage())
    await other.open(`${server.url}/?d=another-one`)
    await other.changing(() =>
      other.stroke([
        [0.1, 0.9],
        [0.9, 0.8],
      ]),
    )

    await page.goto(address)
    await studio.settled()
    expect(difference(before, await studio.pixels())).toBeLessThan(1)
  })

  test('refines when the pen rests, at a larger size and without moving the layout', async ({ page }) => {
    const studio = new Studio(page)
    await studio.open(server.url)
    const live = await studio.pixels()
    const layout = async () => [await studio.picture.boundingBox(), await studio.drawing.boundingBox()]
    const before = await layout()
    await page.getByRole('switch', { name: /^Refine/ }).check({ force: true })
    await studio.changing(() =>
      studio.stroke([
        [0.3, 0.1],
        [0.35, 0.12],
      ]),
    )
    await expect(page.locator('.picture')).toHaveAttribute('data-refined', 'true')
    const width = await studio.picture.evaluate((element) =>
      element instanceof HTMLCanvasElement ? element.width : 0,
    )
    expect(width).toBe(512)
    expect(await layout()).toEqual(before)
    await expect.poll(async () => difference(live, await studio.pixels())).toBeLessThan(30)
  })

  test('zooming out stops at the page, and zooming in leads back to it', async ({ page }) => {
    const studio = new Studio(page)
    await studio.open(server.url)
    const whole = await studio.paper()
    await studio.drawing.hover()
    const wheel = async (by: number) => {
      await page.keyboard.down('Control')
      await page.mouse.wheel(0, by)
      await page.keyboard.up('Control')
    }
    await wheel(-200)
    const chip = page.getByRole('button', { name: 'Show the whole page' })
    await expect(chip).toBeVisible()
    expect((await studio.paper()).width).toBeGreaterThan(whole.width)
    for (let turn = 0; turn < 12; turn++) await wheel(200)
    await expect(chip).toBeHidden()
    expect(await studio.paper()).toEqual(whole)
  })

  test('a hidden tab asks for nothing, unless it was told to go on', async ({ page }) => {
    const studio = new Studio(page)
    const frames = studio.countFrames()
    await studio.open(server.url)
    const hide = (hidden: boolean) =>
      page.evaluate(
        (state) => {
          Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state })
          document.dispatchEvent(new Event('visibilitychange'))
        },
        hidden ? 'hidden' : 'visible',
      )
    const strokes = async (y: number) => {
      for (const x of [0.2, 0.4, 0.6])
        await studio.stroke([
          [x, y],
          [x + 0.1, y + 0.1],
        ])
    }
    await hide(true)
    await expect(studio.status).toHaveAttribute('data-activity', 'paused')
    const before = frames.sent
    await strokes(0.1)
    expect(frames.sent).toBe(before)
    await hide(false)
    await expect.poll(() => frames.sent).toBeGreaterThan(before)
    await studio.settled()

    await page.getByRole('switch', { name: 'Render in background' }).check({ force: true })
    await hide(true)
    const shown = frames.sent
    await strokes(0.3)
    await expect.poll(() => frames.sent).toBeGreaterThan(shown)
  })

  test('what is typed while the connection opens stays as it was typed', async ({ page }) => {
    let release = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    await page.routeWebSocket(/\/api\/live/, (socket) => {
      const upstream = socket.connectToServer()
      upstream.onMessage((message) => void gate.then(() => socket.send(message)))
    })
    await page.goto(server.url)
    const studio = new Studio(page)
    await studio.prompt.pressSequentially('Hello', { delay: 180 })
    release()
    await studio.prompt.pressSequentially(' sea', { delay: 180 })
    await studio.settled()
    await expect(studio.prompt).toHaveValue('Hello sea')
    await studio.prompt.press('Enter')
    await expect(studio.prompt).toHaveValue('Hello sea')
  })

  test('a photo dropped beside the drawing lands on it, the page stays, and it is there after a reload', async ({
    page,
  }) => {
    const studio = new Studio(page)
    await studio.open(server.url)
    const shapes = await page.locator('.tl-shape').count()
    const address = page.url()
    await studio.changing(() =>
      page.getByTestId('picture').evaluate(async (target) => {
        const canvas = new OffscreenCanvas(200, 100)
        const context = canvas.getContext('2d')
        if (!context) throw new Error('no 2d context')
        context.fillStyle = 'red'
        context.fillRect(0, 0, 200, 100)
        const data = new DataTransfer()
        data.items.add(new File([await canvas.convertToBlob()], 'photo.png', { type: 'image/png' }))
        target.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))
      }),
    )
    await expect(page.locator('.tl-shape')).toHaveCount(shapes + 1)
    expect(page.url()).toBe(address)

    // Its bytes are kept with the drawing.
    await expect.poll(() => keptPhotos(page)).toBe(1)
    await page.reload()
    await expect(page.locator('.tl-image[src^="blob:"]')).toHaveCount(1)
  })

  test('copy and download give the largest picture, with its settings inside', async ({ page, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const studio = new Studio(page)
    await studio.open(server.url, { refine: true })
    await expect(page.locator('.picture')).toHaveAttribute('data-refined', 'true')
    // A browser writes to the clipboard of the page that has the focus only.
    await page.bringToFront()
    await page.getByRole('button', { name: 'Copy as PNG' }).click()
    await expect(page.locator('.notice').getByText('Copied as PNG')).toBeVisible()
    const width = await page.evaluate(async () => {
      const [item] = await navigator.clipboard.read()
      const picture = await item?.getType('image/png')
      return picture ? (await createImageBitmap(picture)).width : 0
    })
    expect(width).toBe(512)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download PNG' }).click(),
    ])
    expect(download.suggestedFilename()).toMatch(/^sketchwire-\d+-512x512\.png$/)
    const text = await readFile(await download.path(), 'latin1')
    expect(text).toMatch(/parameters\0[^\0]+\nSteps: 8, Sampler: LCM, .*Size: 512x512/)
  })
})

/** Photos that a drawing in this browser refers to and has the bytes of. */
function keptPhotos(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const asked = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error)
      })
    let count = 0
    for (const { name = '' } of await indexedDB.databases()) {
      const database = await asked(indexedDB.open(name))
      if (database.objectStoreNames.contains('assets')) {
        const stores = database.transaction(['assets', 'records'])
        const [bytes, records] = await Promise.all([
          asked(stores.objectStore('assets').getAllKeys()),
          asked(stores.objectStore('records').getAllKeys()),
        ])
        count += bytes.filter((key) => records.includes(key)).length
      }
      database.close()
    }
    return count
  })
}
