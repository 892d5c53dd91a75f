import { expect, test } from '@playwright/test'
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
    await expect.poll(async () => difference(live, await studio.pixels())).toBeLessThan(30)
  })
})
