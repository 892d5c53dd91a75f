import { test } from '@playwright/test'
import { embedExamples, expect, painted, strokeAt } from './embedding.ts'

// What a canvas in a page offers is what works there.
const embedding = embedExamples()

/** Keys that the page itself listens to, and no canvas (components/shell/shortcuts.ts). */
const OF_THE_PAGE = ['F', 'G', 'P', 'S']

for (const surface of ['auto', 'plain'])
  test(`no key is told that does nothing, and nothing is pinned where pins are not shown: ${surface}`, async ({
    page,
  }) => {
    const { server } = embedding
    const toldKeys = async () => {
      await expect(page.getByRole('button', { name: 'Undo' })).toBeAttached()
      await expect(page.getByRole('button', { name: 'Download PNG' })).toBeAttached()
      return page.evaluate(() =>
        [...document.querySelectorAll('[aria-keyshortcuts]')].map((one) =>
          one.getAttribute('aria-keyshortcuts'),
        ),
      )
    }
    await page.goto(`${server.url}/embed?controls=full&drawing=tools&surface=${surface}`)
    await painted(page)
    expect((await toldKeys()).filter((key) => OF_THE_PAGE.includes(key ?? ''))).toEqual([])
    await expect(page.getByRole('button', { name: 'Pin', exact: true })).toHaveCount(0)
    await page.goto(`${server.url}/?surface=${surface}`)
    // The seed's comes with the server's welcome.
    await expect.poll(toldKeys).toEqual(expect.arrayContaining(OF_THE_PAGE))
    await expect(page.getByRole('button', { name: 'Pin', exact: true })).toHaveCount(1)
  })

test('what can be done with a selection lies over the picture of a lens', async ({ page }) => {
  const { server } = embedding
  for (const address of ['embed?view=lens&drawing=lens', '']) {
    await page.goto(`${server.url}/${address}`)
    await painted(page)
    if (address === '') await page.keyboard.press('2')
    await page.getByRole('button', { name: 'Clear the page' }).press('Enter')
    await strokeAt(page, page, 0.3)
    await page.keyboard.press('Control+a')
    const bar = page.getByRole('group', { name: 'Selection' })
    await expect(bar).toBeVisible()
    // The picture lets pointers through, and would not be found.
    await page.addStyleTag({
      content: '.sheet-picture, .sheet-picture * { pointer-events: auto !important }',
    })
    const isAbove = await bar.evaluate((element) => {
      const { x, y, width, height } = element.getBoundingClientRect()
      const found = document.elementFromPoint(x + width / 2, y + height / 2)
      return element.contains(found)
    })
    expect(isAbove).toBe(true)
  }
})
