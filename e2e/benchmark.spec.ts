import { readFile } from 'node:fs/promises'
import { expect, type Page, test } from '@playwright/test'
import { readReport } from '../lib/benchmark/report.ts'
import { type RunningServer, startServer } from './server.ts'
import { Studio } from './studio.ts'

let server: RunningServer

test.beforeAll(async () => {
  server = await startServer()
})
test.afterAll(async () => {
  await server.stop()
})

async function open(page: Page, query = ''): Promise<void> {
  await page.goto(`${server.url}/benchmark${query}`)
  await expect(page.getByRole('button', { name: 'Measure' })).toBeEnabled()
}

async function measured(page: Page): Promise<ReturnType<typeof readReport>> {
  await page.getByRole('button', { name: 'Measure' }).click()
  await expect(page.getByTestId('bench')).toHaveAttribute('data-phase', 'done', { timeout: 80_000 })
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'JSON' }).click(),
  ])
  return readReport(await readFile(await download.path(), 'utf8'))
}

test('measures three transports over the same drawing, and the stages add up', async ({ page }) => {
  const complaints: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  await open(page, '?seconds=4&shapes=200&steps=2')
  const report = await measured(page)
  expect(report.complete).toBe(true)
  expect(report.runs.map(({ config }) => config.transport)).toEqual(['rest', 'json', 'binary'])
  for (const run of report.runs) {
    expect(run.failed, run.problem).toBe(0)
    expect(run.frames).toBeGreaterThan(2)
    const stages = Object.fromEntries(run.stages.map(({ name, ms }) => [name, ms]))
    const sum = run.stages.reduce((total, { ms }) => total + ms, 0)
    const mean = run.samples.reduce((total, [, penToPaint]) => total + penToPaint, 0) / run.samples.length
    expect(sum).toBeCloseTo(mean, 0)
    expect(stages['U-Net 2']).toBeGreaterThan(0)
    expect(stages['U-Net 3']).toBeUndefined()
    for (const { name, ms } of run.stages) expect(ms, name).toBeGreaterThanOrEqual(-0.5)
  }
  const [, json, binary] = report.runs
  // The same drawing compressed alike: what base64 adds is a third.
  expect((binary?.bytesUpPerFrame ?? 1) / (json?.bytesUpPerFrame ?? 1)).toBeLessThan(0.8)
  // Pictures are of the moments each run had time for: of few frames the mean differs by a tenth.
  expect((binary?.bytesDownPerFrame ?? 1) / (json?.bytesDownPerFrame ?? 1)).toBeLessThan(0.95)
  await expect(page.getByRole('table', { name: 'All runs' }).getByRole('row')).toHaveCount(5)
  expect(complaints).toEqual([])
})

test('a run can be stopped, and what was finished stays', async ({ page }) => {
  await open(page, '?seconds=2&transports=binary&repeats=20&shapes=0')
  await page.getByRole('button', { name: 'Measure' }).click()
  await expect(page.getByText(/Run 2 of 20/)).toBeVisible()
  await expect(page.getByText(/left/)).toBeVisible()
  await page.getByRole('button', { name: 'Stop' }).click()
  await expect(page.getByTestId('bench')).toHaveAttribute('data-phase', 'stopped')
  await expect(page.getByRole('table', { name: 'All runs' })).toBeVisible()
})

test('what was measured is kept as JSON, CSV and a link, and compared with a result of another day', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await open(page, '?seconds=2&transports=json,binary&repeats=1&shapes=20&surface=plain')
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
  await open(page, '?steps=3&seconds=4&colour=red')
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
