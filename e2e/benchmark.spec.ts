import { expect, test } from '@playwright/test'
import { measured, openBenchmark } from './benchmarking.ts'
import { type RunningServer, startServer } from './server.ts'

let server: RunningServer

test.beforeAll(async () => {
  server = await startServer()
})
test.afterAll(async () => {
  await server.stop()
})

test('measures three transports over the same drawing, and the stages add up', async ({ page }) => {
  const complaints: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  await openBenchmark(page, server, '?seconds=4&shapes=200&steps=2')
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
