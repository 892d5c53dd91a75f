import { expect, type Locator, type Page, test } from '@playwright/test'
import { type RunningServer, startServer } from './server.ts'
import { Studio } from './studio.ts'

// Every dialog opens and closes alike, is left by the way it was entered, and has room on a phone.
let server: RunningServer

test.beforeAll(async () => {
  server = await startServer({ SKETCHWIRE_ENGINE: 'fake', SKETCHWIRE_FAKE_STEP_MS: '20' })
})
test.afterAll(async () => {
  await server.stop()
})

const WIDE = { width: 1440, height: 900 }
const NARROW = { width: 360, height: 640 }
/** Words without a place to break. */
const ENDLESS = 'w'.repeat(300)

const dialog = (page: Page, name: string) => page.getByRole('dialog', { name, exact: true })

async function openDrawings(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Menu' }).click()
  await page.getByRole('button', { name: 'All drawings…' }).click()
}

/** Buttons and fields of a dialog that something else lies over, once they are scrolled to, and what sticks out of it. */
function faults(element: Locator): Promise<string[]> {
  return element.evaluate((dialog) => {
    const found: string[] = []
    const { left, right, top, bottom } = dialog.getBoundingClientRect()
    if (left < 0 || top < 0 || right > window.innerWidth || bottom > window.innerHeight)
      found.push('the dialog reaches out of the window')
    if (dialog.scrollWidth > dialog.clientWidth) found.push('the dialog scrolls sideways')
    for (const control of dialog.querySelectorAll('button, input')) {
      control.scrollIntoView({ block: 'nearest', inline: 'nearest' })
      const box = control.getBoundingClientRect()
      const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)
      // A switch is pressed by its label, which lies over it.
      if (!hit || !(control.closest('label') ?? control).contains(hit))
        found.push(control.getAttribute('aria-label') ?? control.textContent)
    }
    return found
  })
}

test('a dialog is closed by its cross, by Escape and by a press beside it, and gives the focus back', async ({
  page,
}) => {
  const studio = new Studio(page)
  await studio.open(server.url)
  const help = dialog(page, 'Keyboard shortcuts')
  const opener = page.getByRole('banner').getByRole('button', { name: 'Keyboard shortcuts' })
  const close = help.getByRole('button', { name: 'Close' })
  const ways = [() => close.click(), () => page.keyboard.press('Escape'), () => page.mouse.click(5, 5)]
  for (const leave of ways) {
    await opener.press('Enter')
    await expect(close).toBeFocused()
    await leave()
    await expect(help).toBeHidden()
    await expect(opener).toBeFocused()
  }

  // What is chosen with the mouse may end anywhere.
  await opener.press('Enter')
  await help.getByRole('heading', { name: 'Keyboard shortcuts' }).hover()
  await page.mouse.down()
  await page.mouse.move(5, 5)
  await page.mouse.up()
  await expect(help).toBeVisible()
})

for (const size of [WIDE, NARROW])
  test(`what is said in a dialog covers none of its buttons: ${size.width} px`, async ({ page }) => {
    await page.setViewportSize(size)
    const studio = new Studio(page)
    await studio.open(server.url)
    await page.keyboard.press('4')
    const pictures = dialog(page, 'Pictures so far')
    await pictures.getByRole('button', { name: 'Pin', exact: true }).click()
    const said = pictures.getByRole('listitem').filter({ hasText: 'Pinned' })
    await expect(said).toBeInViewport({ ratio: 1 })
    expect(await faults(pictures)).toEqual([])
    // Said once, not behind the dialog as well.
    await expect(page.getByRole('status').filter({ hasText: /^Pinned$/ })).toHaveCount(1)

    // Where there is a way back, it can be taken.
    await pictures.getByRole('group', { name: 'Pinned' }).getByRole('button').click()
    await pictures.getByRole('button', { name: 'Remove' }).click()
    await expect(pictures).toContainText('Pin removed')
    expect(await faults(pictures)).toEqual([])
    await pictures.getByRole('button', { name: 'Bring back' }).click()
    await expect(pictures.getByRole('heading', { name: 'Pinned' })).toBeVisible()
  })

test('what lasts is not in the way of a dialog, and is there again when it is closed', async ({ page }) => {
  await page.setViewportSize(NARROW)
  const studio = new Studio(page)
  await studio.open(`${server.url}/?d=drawn-elsewhere`)
  const lasts = page.locator('.notice').getByText('This browser keeps no drawing at this address')
  await expect(lasts).toBeVisible()
  await openDrawings(page)
  const drawings = dialog(page, 'All drawings')
  await expect(drawings).not.toContainText('This browser keeps no drawing')
  await drawings.getByRole('button', { name: 'Close' }).click()
  await page.getByRole('button', { name: 'Open from file' }).and(page.locator('.notice-action')).hover()
})

test('words without end and a narrow window: every dialog stays within it', async ({ page }) => {
  await page.setViewportSize(NARROW)
  const studio = new Studio(page)
  await studio.open(server.url)
  await studio.say(ENDLESS)
  await studio.keeps(ENDLESS)
  await studio.prompt.press('Escape')

  await page.keyboard.press('?')
  expect(await faults(dialog(page, 'Keyboard shortcuts'))).toEqual([])
  await page.keyboard.press('Escape')

  await page.keyboard.press('4')
  const pictures = dialog(page, 'Pictures so far')
  await expect(pictures).toContainText(ENDLESS)
  expect(await faults(pictures)).toEqual([])
  await page.keyboard.press('Escape')

  await openDrawings(page)
  const drawings = dialog(page, 'All drawings')
  // Of words this long the list keeps only the first.
  const title = drawings.getByText(/^w{40,}$/)
  await expect(title).toBeVisible()
  expect(await title.evaluate((words) => words.scrollHeight > words.clientHeight)).toBe(true)
  expect(await faults(drawings)).toEqual([])
})
