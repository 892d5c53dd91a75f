import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from '@playwright/test'
import { type RunningServer, startServer } from './server.ts'
import { difference, Studio } from './studio.ts'

const TOYS = resolve('server/engine/testing')
let root: string
let server: RunningServer

/** The bundled model, a toy that paints in other sizes, and one whose graphs are not what its manifest says. */
test.beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'sketchwire-e2e-'))
  const installed = join(root, 'models/installed')
  mkdirSync(installed, { recursive: true })
  symlinkSync(resolve('models/pocket'), join(root, 'models/pocket'))
  symlinkSync(join(TOYS, 'folders/sd-turbo-half'), join(installed, 'toy-turbo'))
  cpSync(join(TOYS, 'toy-model-plain'), join(installed, 'broken'), { recursive: true })
  const path = join(installed, 'broken/manifest.json')
  const manifest = JSON.parse(readFileSync(path, 'utf8'))
  writeFileSync(path, JSON.stringify({ ...manifest, latents: { ...manifest.latents, channels: 5 } }))
  server = await startServer({ SKETCHWIRE_MODELS_ROOT: root })
})
test.afterAll(async () => {
  await server?.stop()
  rmSync(root, { recursive: true, force: true })
})

test('a model is chosen in the page: the same drawing becomes its picture, within its limits', async ({
  page,
}) => {
  const studio = new Studio(page)
  await studio.open(server.url)
  const choice = page.getByRole('button', { name: /^Model / })
  const choose = async (title: RegExp) => {
    await choice.click()
    await page
      .getByRole('dialog', { name: 'Models of this server' })
      .getByRole('button', { name: title })
      .click()
  }
  const guidance = page.getByRole('slider', { name: 'Guidance' })
  const [prompt, before] = [await studio.prompt.inputValue(), await studio.pixels()]
  await expect(choice).toHaveText('Pocket')
  await expect(guidance).toBeEnabled()

  await studio.changing(() => choose(/^toy-turbo/))
  await expect(choice).toHaveText('toy-turbo')
  await expect(guidance).toBeDisabled()
  expect(difference(before, await studio.pixels())).toBeGreaterThan(10)
  await expect(studio.prompt).toHaveValue(prompt)
  await expect(page.locator('.chip')).toHaveCount(0)

  await choose(/^Toy, plain/)
  await expect(
    page.locator('.notice').getByText(/broken could not be loaded; toy-turbo keeps running/),
  ).toBeVisible()
  await expect(choice).toHaveText('toy-turbo')

  await studio.changing(() => choose(/^Pocket/))
  await expect(choice).toHaveText('Pocket')
  await expect(guidance).toBeEnabled()
  // The drawing is what it was, and so are the settings nobody touched.
  expect(difference(before, await studio.pixels())).toBeLessThan(1)
  expect(studio.complaints.filter((text) => !text.includes('422'))).toEqual([])
})
