import { expect, test } from '@playwright/test'
import { type RunningServer, startServer } from './server.ts'
import { Studio } from './studio.ts'

// What a page fetches beside its own code: a phone pays for each of them.
let server: RunningServer

test.beforeAll(async () => {
  server = await startServer({ SKETCHWIRE_ENGINE: 'fake', SKETCHWIRE_FAKE_STEP_MS: '20' })
})
test.afterAll(async () => {
  await server.stop()
})

/** Those of the page's own words. */
const OWN = ['IBMPlexSans-Medium.woff2', 'IBMPlexSans-Bold.woff2']
const HAND = 'Shantell_Sans-Informal_Regular.woff2'

test('a font comes when there are words in it, or will be, and is then kept', async ({ page }) => {
  const fonts = new Map<string, string | undefined>()
  const pictures: string[] = []
  page.on('response', (response) => {
    const name = new URL(response.url()).pathname.split('/').at(-1) ?? ''
    if (/\.woff2$/.test(name)) fonts.set(name, response.headers()['cache-control'])
    if (/\/tldraw-assets\/.*(svg|png)$/.test(response.url())) pictures.push(name)
  })
  const studio = new Studio(page)
  await studio.open(server.url)
  await studio.changing(() =>
    studio.stroke([
      [0.2, 0.2],
      [0.8, 0.8],
    ]),
  )
  expect([...fonts.keys()].filter((name) => !OWN.includes(name))).toEqual([])
  expect(pictures).toEqual([])
  await page.getByRole('button', { name: 'Text', exact: true }).click()
  await expect.poll(() => fonts.get(HAND)).toContain('immutable')
  expect([...fonts.keys()].filter((name) => !OWN.includes(name))).toEqual([HAND])
})
