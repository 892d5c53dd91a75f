import { readFile } from 'node:fs/promises'
import { expect, test } from '@playwright/test'
import { measured, openBenchmark } from './benchmarking.ts'
import { type RunningServer, startServer } from './server.ts'
import { Studio } from './studio.ts'

// How one works with the page; what it measures is in benchmark.spec.ts.
let server: RunningServer

test.beforeAll(async () => {
  server = await startServer({ SKETCHWIRE_ENGINE: 'fake', SKETCHWIRE_FAKE_STEP_MS: '20' })
})
test.afterAll(async () => {
  await server.stop()
})

test('a run can be stopped, and what was finished stays', async ({ page }) => {
  await openBenchmark(page, server, '?seconds=2&transports=binary&repeats=20&shapes=0')
  await page.getByRole('button', { name: 'Measure' }).click()
  await expect(page.getByText(/Run 2 of 20/)).toBeVisible()
  await expect(page.getByText(/left/)).toBeVisible()
  // Read aloud, it would be a sentence every second.
  await expect(page.locator('[aria-live]').filter({ hasText: /left/ })).toHaveCount(0)
  await page.getByRole('button', { name: 'Stop' }).click()
  await expect(page.getByTestId('bench')).toHaveAttribute('data-phase', 'stopped')
  await expect(page.getByRole('table', { name: 'All runs' })).toBeVisible()
})

test('what was measured is kept as JSON, CSV and a link, and compared with a result of another day', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await openBenchmark(page, server, '?seconds=2&transports=json,binary&repeats=1&shapes=20&surface=plain')
  await expect(page.locator('.bench-sheet .plain-canvas')).toBeVisible()
  const report = await measured(page)
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'CSV' }).click(),
  ])
  expect(download.suggestedFilename()).toMatch(/^sketchwire-benchmark-.*\.csv$/)
  const [head = '', ...lines] = (await readFile(await download.path(), 'utf8')).trim().split('\r\n')
  const column = head.split(',').indexOf('frames')
  expect(lines.map((line) => line.split(',')[0])).toEqual(['json', 'binary'])
  expect(lines.map((line) => Number(line.split(',')[column]))).toEqual(
    report.runs.map(({ frames }) => frames),
  )

  const compare = page.getByRole('region', { name: 'Compare' })
  await expect(compare.getByRole('row', { name: /^sent to received p50/ })).toBeVisible()
  // The same with every figure of its runs doubled, so that the ratios are known.
  const double = (_: string, value: unknown) => (typeof value === 'number' && value > 0 ? value * 2 : value)
  const runs = report.runs.map(({ config, repeat, ...run }) => ({
    ...(JSON.parse(JSON.stringify(run, double)) as typeof run),
    config,
    repeat,
  }))
  const buffer = Buffer.from(JSON.stringify({ ...report, runs }))
  const slower = { name: 'slower.json', mimeType: 'application/json', buffer }
  await compare.getByLabel('Result B').setInputFiles(slower)
  await expect(compare).toContainText('slower.json')
  await expect(compare.getByRole('cell', { name: /^2\.0/ }).first()).toBeVisible()
  await compare.getByLabel('Result A').setInputFiles('package.json')
  await expect(compare.getByRole('alert')).toContainText('package.json is no benchmark')

  await page.getByRole('button', { name: 'Link to these settings' }).click()
  const link = await page.evaluate(() => navigator.clipboard.readText())
  await page.goto('about:blank')
  await page.goto(link)
  await expect(page.getByLabel('Shapes on the page')).toHaveValue('20')
  await expect(page.getByRole('checkbox', { name: 'REST, base64' })).not.toBeChecked()
  await expect(page.locator('.bench-sheet .plain-canvas')).toBeVisible()
})

test('settings are in the address; what does not fit is named and the default used', async ({ page }) => {
  await openBenchmark(page, server, '?steps=3&seconds=4&colour=red')
  const problems = page.getByRole('list', { name: 'Settings that were left out of account' })
  await expect(problems).toContainText('steps=3 does not fit; use one or more of 1, 2, 4, 8')
  await expect(problems).toContainText('colour is no setting')
  await expect(page.getByLabel('Seconds a run')).toHaveValue('4')
  // Each group is as high as what it holds: a style of another page's class once drew them one over the other.
  const heights = await page
    .getByRole('group')
    .evaluateAll((groups) => groups.map((group) => group.scrollHeight - group.clientHeight))
  expect(Math.max(...heights)).toBeLessThanOrEqual(0)
  await page.getByRole('group', { name: 'Transport' }).getByText('REST, base64').click()
  await expect(problems).toHaveCount(0)
  await expect(page).toHaveURL(/transports=json,binary&steps=4/)
  await page.reload()
  await expect(page.getByRole('checkbox', { name: 'REST, base64' })).not.toBeChecked()
})

test('a snapshot is never made in a pointer event', async ({ page }) => {
  await page.addInitScript(() => {
    const encode = HTMLCanvasElement.prototype.toDataURL
    HTMLCanvasElement.prototype.toDataURL = function (...options) {
      performance.mark('snapshot', { detail: window.event?.type ?? 'none' })
      return encode.apply(this, options)
    }
  })
  const studio = new Studio(page)
  await studio.open(server.url)
  await page.evaluate(() => performance.clearMarks('snapshot'))
  await studio.changing(() =>
    studio.stroke([
      [0.2, 0.2],
      [0.8, 0.3],
      [0.2, 0.4],
    ]),
  )
  const during = await page.evaluate(() =>
    performance
      .getEntriesByName('snapshot')
      .map((mark) => (mark instanceof PerformanceMark ? String(mark.detail) : '')),
  )
  expect(during.length).toBeGreaterThan(0)
  expect(new Set(during)).toEqual(new Set(['none']))
})
