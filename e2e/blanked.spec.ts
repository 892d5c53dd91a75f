import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from '@playwright/test'
import { type RunningServer, startServer } from './server.ts'
import { Studio } from './studio.ts'

const TOYS = resolve('server/engine/testing')
let model: string
let server: RunningServer

/** A model whose safety checker flags what is dark. */
test.beforeAll(async () => {
  model = mkdtempSync(join(tmpdir(), 'sketchwire-checked-'))
  cpSync(join(TOYS, 'folders/lcm-optimum'), model, { recursive: true })
  cpSync(join(TOYS, 'safety_checker'), join(model, 'safety_checker'), { recursive: true })
  server = await startServer({ SKETCHWIRE_MODEL: model, SKETCHWIRE_SAFETY_CHECKER: 'on' })
})
test.afterAll(async () => {
  await server?.stop()
  rmSync(model, { recursive: true, force: true })
})

test('a picture that the safety checker blanked says so, until the next one is none of that kind', async ({
  page,
}) => {
  const studio = new Studio(page)
  await studio.open(server.url)
  const words = page.getByText('The safety checker blanked this picture.')
  await expect(words).toHaveCount(0)
  await studio.changing(async () => {
    await page.getByRole('slider', { name: 'Strength' }).focus()
    await page.keyboard.press('Home')
  })
  const box = await studio.drawing.boundingBox()
  if (!box) throw new Error('the drawing is not on screen')
  await studio.changing(async () => {
    await page
      .getByRole('radio', { name: /Rectangle/ })
      .or(page.getByRole('button', { name: /Rectangle/ }))
      .first()
      .click()
    await page.mouse.move(box.x + 12, box.y + 12)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width - 12, box.y + box.height - 12, { steps: 4 })
    await page.mouse.up()
  })
  await expect(words).toBeVisible()
  await expect(page.getByRole('status').getByText('Change the drawing')).toBeVisible()
  expect((await studio.pixels()).every((value) => value === 0)).toBe(true)
  await studio.changing(() => page.getByRole('button', { name: /^Undo/ }).click())
  await expect(words).toHaveCount(0)
})
