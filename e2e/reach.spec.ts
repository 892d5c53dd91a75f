import { expect, type Page, test } from '@playwright/test'
import { type RunningServer, startServer } from './server.ts'
import { Studio } from './studio.ts'

// What the page can do, it can do for who has no pointer, or one finger, or hears it instead of seeing it.
let server: RunningServer

test.beforeAll(async () => {
  server = await startServer({ SKETCHWIRE_ENGINE: 'fake', SKETCHWIRE_FAKE_STEP_MS: '20' })
})
test.afterAll(async () => {
  await server.stop()
})

const PHONE = { width: 390, height: 844 }

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const pins = (page: Page) => page.getByRole('list', { name: 'Pinned results' }).getByRole('listitem')

async function opened(page: Page, address = server.url): Promise<Studio> {
  const studio = new Studio(page)
  await studio.open(address)
  return studio
}

test('a pin that was removed by key is brought back by key, and the focus goes on where it was', async ({
  page,
}) => {
  await opened(page)
  await button(page, 'Pin').click()
  await button(page, 'Remove pinned picture 1').press('Enter')
  await expect(pins(page)).toHaveCount(0)
  await expect(button(page, 'Pictures so far')).toBeFocused()
  await page.keyboard.press('n')
  await expect(button(page, 'Bring back')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(pins(page)).toHaveCount(1)
  await expect(button(page, 'Pictures so far')).toBeFocused()
})

test('what is read aloud comes up in places that were there before it', async ({ page }) => {
  await opened(page)
  const aside = page.getByRole('complementary', { name: 'Notices' })
  const [status, alert] = [aside.getByRole('status'), aside.locator('[aria-live=assertive]')]
  for (const place of [status, alert]) {
    await expect(place).toHaveText('')
    await place.evaluate((element) => element.setAttribute('data-stood', ''))
  }
  await button(page, 'Pin').click()
  await expect(status.and(page.locator('[data-stood]'))).toHaveText('Pinned')
  await page.getByLabel('Drawing file').setInputFiles({
    name: 'none.sketchwire.json',
    mimeType: 'application/json',
    buffer: Buffer.from('no drawing'),
  })
  await expect(alert.and(page.locator('[data-stood]'))).not.toHaveText('')
  // A slider says its value itself.
  for (const value of await page.locator('.slider output').all())
    await expect(value).toHaveAttribute('aria-live', 'off')

  const known = Array.from({ length: 9 }, (_, at) => ({ id: `kept-${at}`, atMs: at, prompt: `boat ${at}` }))
  await page.evaluate((list) => localStorage.setItem('sketchwire:recent', JSON.stringify(list)), known)
  await button(page, 'Menu').click()
  await button(page, 'All drawings…').click()
  const drawings = page.getByRole('dialog', { name: 'All drawings' })
  await expect(drawings.getByRole('listitem')).not.toHaveCount(0)
  const places = drawings.locator('p[role=status].dialog-said')
  await places.evaluateAll((all) => {
    for (const place of all) if (place.checkVisibility()) place.setAttribute('data-stood', '')
  })
  await drawings.getByRole('searchbox').fill('zebra')
  await expect(places.and(page.locator('[data-stood]')).filter({ hasText: 'None of them' })).toBeVisible()
})

test('a badge that is not seen is not heard', async ({ page }) => {
  await opened(page)
  const picture = page.locator('.picture')
  await expect(picture).toHaveAttribute('data-refined', 'false')
  expect(await picture.ariaSnapshot()).not.toContain('Refined')
  await button(page, 'Refine now').click()
  await expect(picture).toHaveAttribute('data-refined', 'true')
  expect(await picture.ariaSnapshot()).toContain('Refined')
})

for (const surface of ['tldraw', 'plain'])
  test(`keys of one letter can be turned off, and stay off: ${surface}`, async ({ page }) => {
    const studio = await opened(page, `${server.url}/?surface=${surface}`)
    const isOn = page.getByRole('switch', { name: 'Keys of one letter' })
    const turn = async (on: boolean) => {
      await button(page, 'Menu').click()
      await page
        .getByRole('button', { name: /^Keyboard shortcuts/ })
        .and(page.locator('.menu-item'))
        .click()
      await isOn.setChecked(on, { force: true })
      await page.keyboard.press('Escape')
    }
    await studio.stroke([
      [0.2, 0.2],
      [0.8, 0.3],
    ])
    await turn(false)
    for (const key of ['p', 'e', '3', '/']) await page.keyboard.press(key)
    // Those with Ctrl are none, and come after the others.
    await page.keyboard.press('Control+z')
    await expect(button(page, 'Redo')).toBeEnabled()
    await expect(button(page, 'Pen')).toHaveAttribute('aria-pressed', 'true')
    await expect(page.locator('.desk')).toHaveAttribute('data-view', 'side')
    await expect(studio.prompt).not.toBeFocused()
    await expect(button(page, 'Pin')).not.toHaveAttribute('aria-keyshortcuts')
    await button(page, 'Pin').click()
    await expect(pins(page)).toHaveCount(1)

    await page.reload()
    await studio.settled()
    await expect(button(page, 'Pin')).not.toHaveAttribute('aria-keyshortcuts')
    await turn(true)
    await page.keyboard.press('e')
    await expect(button(page, 'Eraser')).toHaveAttribute('aria-pressed', 'true')
    await page.keyboard.press('p')
    await expect(pins(page)).toHaveCount(2)
  })

test('another drawing is arrived at by key, and is known by its words', async ({ page }) => {
  const studio = await opened(page)
  await studio.say('a boat')
  await expect(page).toHaveTitle('a boat · Sketchwire')
  await studio.changing(() =>
    studio.stroke([
      [0.2, 0.2],
      [0.8, 0.3],
    ]),
  )
  const address = page.url()
  await button(page, 'Menu').press('Enter')
  await button(page, 'New drawing').press('Enter')
  await expect(page).not.toHaveURL(address)
  await expect(studio.drawing).toBeFocused()
  await studio.say('an island')
  await expect(page).toHaveTitle('an island · Sketchwire')
  await button(page, 'Menu').press('Enter')
  await page.getByRole('button', { name: /^a boat/ }).press('Enter')
  await expect(page).toHaveURL(address)
  await expect(studio.drawing).toBeFocused()
  await expect(studio.drawing).toHaveAccessibleName('Drawing: a boat')
  await expect(page).toHaveTitle('a boat · Sketchwire')
  await page.goto(`${server.url}/benchmark`)
  await expect(page).toHaveTitle('Benchmark · Sketchwire')
})

test('on a phone the switches have their names, and are high enough', async ({ page }) => {
  await page.setViewportSize(PHONE)
  await opened(page)
  await expect(page.getByRole('switch', { name: /^Live/ })).toBeAttached()
  const box = await page.locator('.header .switch').boundingBox()
  expect(box?.height).toBeGreaterThanOrEqual(24)
})

test('the open dock of a phone is closed by Escape, and by the focus that goes on under it', async ({
  page,
}) => {
  await page.setViewportSize(PHONE)
  await opened(page)
  const dock = page.locator('.dock')
  const [show, hide] = [button(page, 'Show settings'), button(page, 'Hide settings')]
  await show.press('Enter')
  await page.getByRole('slider', { name: 'Strength' }).press('Escape')
  await expect(dock).toHaveAttribute('data-open', 'false')
  await expect(show).toBeFocused()

  // A list of the dock's own is closed first.
  await show.press('Enter')
  await button(page, 'Words used before').press('Enter')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog', { name: 'Words used before' })).toBeHidden()
  await expect(dock).toHaveAttribute('data-open', 'true')

  await hide.focus()
  await page.keyboard.press('Shift+Tab')
  await expect(dock).toHaveAttribute('data-open', 'false')
  const isSeen = await page.evaluate(() => {
    const { activeElement: focused } = document
    const box = focused?.getBoundingClientRect() ?? new DOMRect()
    const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
    return Boolean(hit && focused?.contains(hit))
  })
  expect(isSeen).toBe(true)
})

test('one finger zooms in and out; an embedded canvas without controls has no buttons for it', async ({
  page,
}) => {
  const studio = await opened(page)
  const whole = await studio.paper()
  const width = async () => (await studio.paper()).width / whole.width
  const [closer, further] = [button(page, 'Zoom in'), button(page, 'Zoom out')]
  await expect(further).toHaveCount(0)
  await closer.click()
  await expect.poll(width).toBeCloseTo(1.5, 1)
  await closer.click()
  await expect.poll(width).toBeCloseTo(2, 1)
  await button(page, 'Show the whole page').press('Enter')
  await expect.poll(() => studio.paper()).toEqual(whole)
  await expect(closer).toBeFocused()
  await closer.press('Enter')
  await expect.poll(width).toBeCloseTo(1.5, 1)
  await further.press('Enter')
  await expect.poll(() => studio.paper()).toEqual(whole)
  await expect(closer).toBeFocused()

  for (const [controls, count] of [
    ['full', 1],
    ['none', 0],
  ] as const) {
    await page.goto(`${server.url}/embed?drawing=zoomed&controls=${controls}`)
    await expect(page.locator('.tl-canvas')).toBeVisible()
    await expect(page.getByRole('img', { name: 'Rendered picture' })).toHaveAttribute('data-seq', /\d+/)
    await expect(closer).toHaveCount(count)
  }
})

test('a page whose code does not come says so, and opens the same drawing when it is loaded anew', async ({
  page,
}) => {
  for (const path of ['/?d=kept-here', '/embed?drawing=kept-here', '/benchmark?seconds=2']) {
    const address = `${server.url}${path}`
    const named = await (await page.request.get(address)).text()
    await page.route('**/_next/static/**/*.js', (route) =>
      named.includes(new URL(route.request().url()).pathname) ? route.continue() : route.abort(),
    )
    await page.goto(address)
    await expect(page.getByRole('alert').filter({ hasText: 'could not be loaded' })).toBeVisible()
    await page.unroute('**/_next/static/**/*.js')
    await button(page, 'Reload the page').click()
    await expect(button(page, 'Pen').or(button(page, 'Measure'))).toBeVisible()
    expect(page.url()).toContain(path)
  }
})

test.describe('with the words of a real model', () => {
  test.use({ hasTouch: true })
  let real: RunningServer
  test.beforeAll(async () => {
    real = await startServer()
  })
  test.afterAll(async () => {
    await real.stop()
  })

  test('the button that opens and closes a row of words keeps the focus', async ({ page }) => {
    await page.setViewportSize(PHONE)
    await opened(page, real.url)
    await button(page, 'Show settings').click()
    const all = button(page, 'All words: Things')
    for (const isOpen of ['true', 'false', 'true']) {
      await all.press('Enter')
      await expect(all).toHaveAttribute('aria-expanded', isOpen)
      await expect(all).toBeFocused()
    }
  })

  test('a row of words shows those that are chosen, and stands still under the pointer', async ({ page }) => {
    await page.setViewportSize({ width: 1200, height: 800 })
    // What moves is there at once.
    await page.emulateMedia({ reducedMotion: 'reduce' })
    const studio = await opened(page, real.url)
    const things = page.getByRole('group', { name: 'Things' })
    const word = (name: string) => things.getByRole('button', { name, exact: true })
    await studio.prompt.fill('night')
    const row = things.locator('.chips')
    const scrolled = () => row.evaluate((element) => element.scrollLeft)
    await row.evaluate((element) => element.scrollTo({ left: 0, behavior: 'instant' }))
    const last = things.locator('.chip').last()
    await expect(last).not.toBeInViewport({ ratio: 1 })
    await studio.prompt.fill(`night ${await last.textContent()}`)
    await expect(last).toBeInViewport({ ratio: 1 })

    await studio.prompt.fill('night')
    await row.evaluate((element) => element.scrollTo({ left: 0, behavior: 'instant' }))
    await word('sea').click({ position: { x: 4, y: 8 } })
    const before = await scrolled()
    await expect(word('sea')).toHaveAttribute('aria-pressed', 'true')
    expect(await scrolled()).toBe(before)
    await page.mouse.move(5, 5)
    await expect(word('sea')).toBeInViewport({ ratio: 1 })
    await expect(row).toHaveAttribute('data-before', 'true')

    // A finger leaves the row before its tap is a click.
    await studio.prompt.fill(`night ${await last.textContent()}`)
    await expect(last).toBeInViewport({ ratio: 1 })
    await row.evaluate((element) => element.scrollTo({ left: 0, behavior: 'instant' }))
    await word('sea').tap({ position: { x: 4, y: 8 } })
    await expect(word('sea')).toHaveAttribute('aria-pressed', 'true')
    expect(await scrolled()).toBe(before)
  })
})
