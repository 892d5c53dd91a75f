import { type CDPSession, expect, type Page, test } from '@playwright/test'
import { outOfReach } from './out-of-reach.ts'
import { type RunningServer, startServer } from './server.ts'
import { difference, Studio } from './studio.ts'

let server: RunningServer

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })

test.beforeAll(async () => {
  server = await startServer()
})
test.afterAll(async () => {
  expect(await server.stop()).toBe(0)
})

type Point = readonly [number, number]

/** Fingers that go from one place to another at once; places in parts of the drawing. */
async function fingers(page: Page, cdp: CDPSession, paths: readonly (readonly Point[])[]): Promise<void> {
  const box = await page.getByTestId('drawing').boundingBox()
  if (!box) throw new Error('the drawing is not on screen')
  const STEPS = 10
  const at = (path: readonly Point[], part: number) => {
    const along = part * (path.length - 1)
    const from = path[Math.floor(along)] ?? [0, 0]
    const to = path[Math.ceil(along)] ?? from
    const rest = along % 1
    const mix = (axis: 0 | 1) => from[axis] + (to[axis] - from[axis]) * rest
    return { x: box.x + box.width * mix(0), y: box.y + box.height * mix(1) }
  }
  const points = (part: number) => paths.map((path, id) => ({ ...at(path, part), id }))
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: points(0) })
  for (let step = 1; step <= STEPS; step++)
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: points(step / STEPS) })
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
}

const pinch = (from: number, to: number) =>
  [-1, 1].map((side): Point[] => [
    [0.5 + side * from, 0.5],
    [0.5 + side * to, 0.5],
  ])

test('a finger draws, two fingers zoom in and never out of the page', async ({ page }) => {
  const studio = new Studio(page)
  await studio.open(server.url)
  const cdp = await page.context().newCDPSession(page)
  const before = await studio.pixels()
  const shapes = await page.locator('.tl-shape').count()
  await studio.changing(() =>
    fingers(page, cdp, [
      [
        [0.1, 0.1],
        [0.5, 0.3],
        [0.9, 0.1],
      ],
    ]),
  )
  expect(difference(before, await studio.pixels())).toBeGreaterThan(0.5)
  await expect(page.locator('.tl-shape')).toHaveCount(shapes + 1)
  expect(await page.evaluate(() => window.scrollY)).toBe(0)

  const whole = await studio.paper()
  await fingers(page, cdp, pinch(0.1, 0.35))
  const chip = page.getByRole('button', { name: 'Show the whole page' })
  await expect(chip).toBeVisible()
  expect((await studio.paper()).width).toBeGreaterThan(whole.width * 2)
  await fingers(page, cdp, pinch(0.45, 0.05))
  await fingers(page, cdp, pinch(0.45, 0.05))
  await expect(chip).toBeHidden()
  expect(await studio.paper()).toEqual(whole)
  // Two fingers never draw.
  await expect(page.locator('.tl-shape')).toHaveCount(shapes + 1)
})

interface PhoneSize {
  readonly width: number
  readonly height: number
  readonly scrolls?: boolean
}

const SIZES: readonly PhoneSize[] = [
  { width: 390, height: 844 },
  { width: 360, height: 640 },
  // A small phone whose browser shows its bars.
  { width: 375, height: 553 },
  { width: 844, height: 390 },
  { width: 640, height: 360 },
  { width: 600, height: 340 },
  // Half a screen, and a desktop's page at four times its size.
  { width: 560, height: 500, scrolls: true },
  { width: 480, height: 270, scrolls: true },
  { width: 427, height: 240, scrolls: true },
  { width: 320, height: 256, scrolls: true },
]

test('every control is in reach, upright and on its side, in each view', async ({ page }) => {
  const studio = new Studio(page)
  await studio.open(server.url)
  await page.getByRole('button', { name: 'Pin', exact: true }).tap()
  await expect(page.getByRole('list', { name: 'Pinned results' })).toBeVisible()
  for (const { width, height, scrolls } of SIZES) {
    await page.setViewportSize({ width, height })
    for (const view of ['Side by side', 'Lens', 'Picture']) {
      await page.getByRole('radio', { name: view }).check({ force: true })
      await expect.poll(() => outOfReach(page, { scrolls }), `${view} at ${width}x${height}`).toEqual([])
    }
  }
  await page.getByRole('button', { name: 'Show settings' }).tap()
  await expect(page.getByRole('slider', { name: 'Strength' })).toBeVisible()
})

test('what is said of a server that is gone covers no control', async ({ page }) => {
  const own = await startServer({ SKETCHWIRE_ENGINE: 'fake' })
  const studio = new Studio(page)
  await studio.open(own.url)
  await own.stop('SIGKILL')
  const retry = page.getByRole('button', { name: 'Try now' })
  // Pointers go through its words, which would hide what lies under them from the eye alone.
  await page.addStyleTag({ content: '.status { pointer-events: auto !important }' })
  for (const { width, height, scrolls } of SIZES) {
    await page.setViewportSize({ width, height })
    for (const view of ['Side by side', 'Lens', 'Picture']) {
      await page.getByRole('radio', { name: view }).check({ force: true })
      await expect(retry).toBeVisible()
      await expect.poll(() => outOfReach(page, { scrolls }), `${view} at ${width}x${height}`).toEqual([])
    }
  }
})

test('the menu is as high as the window at most, and scrolls', async ({ page }) => {
  const studio = new Studio(page)
  await studio.open(server.url)
  await page.evaluate(() => {
    const drawings = ['boat', 'island', 'lighthouse', 'mountains', 'night'].map((prompt, at) => ({
      id: `drawing-${at}`,
      prompt,
      atMs: Date.now(),
    }))
    localStorage.setItem('sketchwire:recent', JSON.stringify(drawings))
  })
  await page.setViewportSize({ width: 640, height: 360 })
  await page.getByRole('button', { name: 'Menu' }).tap()
  await expect(page.getByRole('button', { name: 'lighthouse' })).toBeVisible()
  const last = page.getByRole('dialog', { name: 'Menu' }).getByRole('button').last()
  await last.focus()
  await expect(last).toBeInViewport({ ratio: 1 })
})

test('the words show their focus in the dock of a phone, all around', async ({ page }) => {
  const studio = new Studio(page)
  await studio.open(server.url)
  const field = page.locator('.prompt')
  await expect(field).toHaveCSS('box-shadow', 'none')
  await studio.prompt.focus()
  // What reaches out of the field lies under the handle above it.
  await expect(field).toHaveCSS('box-shadow', /2px inset$/)
})

test('long words end before the button for words used before', async ({ page }) => {
  const studio = new Studio(page)
  await studio.open(server.url)
  await studio.prompt.fill('a lighthouse at night with mountains and the sea behind it')
  const button = page.getByRole('button', { name: 'Words used before' })
  const [field, over] = [await studio.prompt.boundingBox(), await button.boundingBox()]
  const covered = (field?.x ?? 0) + (field?.width ?? 0) - (over?.x ?? 0)
  expect(covered).toBeGreaterThan(0)
  const faded = await studio.prompt.evaluate((element) => {
    const [, px = ''] =
      /rgba\(0, 0, 0, 0\) calc\(100% - ([\d.]+)px\)/.exec(getComputedStyle(element).maskImage) ?? []
    return Number(px)
  })
  expect(faded).toBeGreaterThanOrEqual(covered)
})

test('no shadow of a sheet falls on the tools between the sheets', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'dark' })
  const studio = new Studio(page)
  await studio.open(server.url)
  const box = await page.getByRole('button', { name: 'Pen', exact: true }).boundingBox()
  if (!box) throw new Error('the pen is not on screen')
  // The chosen tool's own ground: within its corners, without its icon.
  await page.addStyleTag({ content: '.icon { visibility: hidden }' })
  const clip = { x: box.x + 12, y: box.y + 1, width: box.width - 24, height: box.height - 2 }
  const shadowed = await page.screenshot({ clip })
  await page.addStyleTag({ content: '.sheet { box-shadow: none !important }' })
  expect((await page.screenshot({ clip })).equals(shadowed)).toBe(true)
})

test('on its side, nothing lies under the notch or the bar of a phone', async ({ page }) => {
  await page.setViewportSize({ width: 844, height: 390 })
  const cdp = await page.context().newCDPSession(page)
  const insets = { left: 47, right: 47, bottom: 21 }
  await cdp.send('Emulation.setSafeAreaInsetsOverride', { insets })
  const studio = new Studio(page)
  await studio.open(server.url)
  await page.getByRole('button', { name: 'Menu' }).tap()
  for (const view of ['Side by side', 'Lens', 'Picture']) {
    await page.getByRole('radio', { name: view }).check({ force: true })
    await expect.poll(() => outside(page, insets), view).toEqual([])
  }
})

/** What reaches under the edges of a screen that are not for it; the dock's own ground may, as a page's may. */
function outside(page: Page, insets: { left: number; right: number; bottom: number }): Promise<string[]> {
  return page.evaluate(({ left, right, bottom }) => {
    const what = '.menu, .sheet, .prompt, .header button, .segment, .switch, .toolbar button, .rail button'
    return [...document.querySelectorAll(what)]
      .filter((element) => element.checkVisibility({ visibilityProperty: true }))
      .filter((element) => {
        const box = element.getBoundingClientRect()
        const isWithin =
          box.left >= left &&
          box.right <= window.innerWidth - right &&
          box.bottom <= window.innerHeight - bottom
        return box.width > 1 && !isWithin
      })
      .map((element) => `${element.className} ${element.getAttribute('aria-label') ?? ''}`)
  }, insets)
}
