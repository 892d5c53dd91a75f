import { type CDPSession, expect, type Page, test } from '@playwright/test'
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

/** Buttons and other controls that are on the page but cannot be pressed where they are: cut off or covered. */
function outOfReach(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const dock = document.querySelector('.dock')
    const found: string[] = []
    if (document.documentElement.scrollWidth > window.innerWidth) found.push('the page scrolls sideways')
    for (const control of document.querySelectorAll(
      'button, textarea, select, input[type=range], .segment, .switch',
    )) {
      const elsewhere = control.closest('.chips, .tl-container')
      if (elsewhere || control.closest('[inert]') || !control.checkVisibility({ visibilityProperty: true }))
        continue
      if (control.closest('.pins')) control.scrollIntoView({ block: 'nearest' })
      const { left, top, width, height } = control.getBoundingClientRect()
      if (width < 2) continue
      const hit = document.elementFromPoint(left + width / 2, top + height / 2)
      const inDock = dock?.contains(control) && top > window.innerHeight
      if (!inDock && !(hit && (control.contains(hit) || hit.contains(control))))
        found.push(control.getAttribute('aria-label') ?? control.textContent)
    }
    return found
  })
}

test('every control is in reach, upright and on its side, in each view', async ({ page }) => {
  const studio = new Studio(page)
  await studio.open(server.url)
  await page.getByRole('button', { name: 'Pin', exact: true }).tap()
  await expect(page.getByRole('list', { name: 'Pinned results' })).toBeVisible()
  for (const size of [
    { width: 390, height: 844 },
    { width: 360, height: 640 },
    { width: 844, height: 390 },
    { width: 640, height: 360 },
  ]) {
    await page.setViewportSize(size)
    for (const view of ['Side by side', 'Lens', 'Picture']) {
      await page.getByRole('radio', { name: view }).check({ force: true })
      await expect.poll(() => outOfReach(page), `${view} at ${size.width}x${size.height}`).toEqual([])
    }
  }
  await page.getByRole('button', { name: 'Show settings' }).tap()
  await expect(page.getByRole('slider', { name: 'Strength' })).toBeVisible()
})
