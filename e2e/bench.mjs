// `npm run bench:e2e -- --json FILE [--query 'steps=4&seconds=8&repeats=10'] [--url http://localhost:7878]`: drives the
// benchmark page in headless Chromium and writes what it measured. Without --url it starts the built server itself.
import { readValues } from '../dist/server/bench/options.js'
import { launchChromium, startBuiltServer } from './built-server.mjs'

const values = readValues({
  name: 'The bench of the page',
  explainedIn: 'e2e/bench.mjs',
  options: {
    json: { type: 'string' },
    query: { type: 'string', default: '' },
    url: { type: 'string' },
  },
})

if (!values.json) {
  console.error("Usage: npm run bench:e2e -- --json FILE [--query 'steps=4&seconds=8'] [--url URL]")
  process.exit(2)
}

const server = values.url ? undefined : await startBuiltServer()
const browser = await launchChromium()
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, acceptDownloads: true })
  await page.goto(`${values.url ?? server.url}/benchmark?${values.query}`)
  const start = page.getByRole('button', { name: 'Measure' })
  await start.and(page.locator(':enabled')).waitFor({ timeout: 120_000 })
  const problems = await page
    .getByRole('list', { name: 'Settings that were left out of account' })
    .allInnerTexts()
  if (problems.length > 0) throw new Error(problems.join('\n'))
  console.log(await page.getByTestId('plan').innerText())
  await start.click()
  await follow(page)
  const bench = page.getByTestId('bench')
  const alerts = await bench.getByRole('alert').allInnerTexts()
  if ((await bench.getAttribute('data-phase')) !== 'done')
    throw new Error(alerts.join('\n') || 'It did not finish')
  for (const alert of alerts) console.error(alert)
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'JSON' }).click(),
  ])
  await download.saveAs(values.json)
  console.log(`written to ${values.json}`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  await browser.close()
  await server?.stop()
}

/** Says which run is going on until none is. */
async function follow(page) {
  let last = ''
  const bench = page.locator('[data-testid=bench]:not([data-phase=running])')
  while (!(await bench.isVisible())) {
    const words = (await page.locator('.bench-progress p').innerText()).split(' · ')[0] ?? ''
    if (words !== last) console.log(words)
    last = words
    await bench.waitFor({ timeout: 1000 }).catch(() => undefined)
  }
}
