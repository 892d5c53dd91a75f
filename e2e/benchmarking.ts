// What the tests of the benchmark page have in common.
import { readFile } from 'node:fs/promises'
import { expect, type Page } from '@playwright/test'
import { readReport } from '../lib/benchmark/report.ts'
import type { RunningServer } from './server.ts'

export async function openBenchmark(page: Page, { url }: RunningServer, query = ''): Promise<void> {
  await page.goto(`${url}/benchmark${query}`)
  await expect(page.getByRole('button', { name: 'Measure' })).toBeEnabled()
}

/** Measures, and reads the JSON that the page gives. */
export async function measured(page: Page): Promise<ReturnType<typeof readReport>> {
  await page.getByRole('button', { name: 'Measure' }).click()
  await expect(page.getByTestId('bench')).toHaveAttribute('data-phase', 'done', { timeout: 80_000 })
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'JSON' }).click(),
  ])
  return readReport(await readFile(await download.path(), 'utf8'))
}
