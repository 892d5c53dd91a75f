import { defineConfig } from '@playwright/test'
import { LAUNCH } from './system-chromium.mjs'

const json = process.env.PLAYWRIGHT_JSON

// What asserts rates, times or memory has the machine's cores to itself; all else waits for the page and shares them.
const TIMED = /\b(benchmark|latency|soak)\.spec\.ts$/
// After the others, and whether or not they passed, which is what a teardown does and a dependency does not. It always
// runs in full: a run that names specs or titles goes without, and with one worker.
const PLAIN = /^(test|-c|--config|--list)$|^--(config|reporter)=|playwright\.config\.ts$/
const isWhole = process.argv.slice(2).every((word) => PLAIN.test(word))

export default defineConfig({
  testDir: '.',
  outputDir: './.output',
  workers: isWhole ? 2 : 1,
  fullyParallel: false,
  timeout: 90_000,
  expect: { timeout: 30_000 },
  // A landing is not refused for one slow moment of a shared machine; `.ci/run` names what needed its second try.
  retries: process.env.CI ? 1 : 0,
  forbidOnly: Boolean(process.env.CI),
  reporter: json ? [['list'], ['json', { outputFile: json }]] : [['list']],
  projects: [
    { name: 'page', testIgnore: TIMED, ...(isWhole ? { teardown: 'timing' } : {}) },
    { name: 'timing', testMatch: TIMED, workers: 1 },
  ],
  use: {
    browserName: 'chromium',
    viewport: { width: 1440, height: 900 },
    // Without film: taking a picture of every frame would cost more than the page that is tested. Even snapshots cost a
    // quarter of the processor's time, so that CI takes them of a second try alone.
    trace: {
      mode: process.env.CI ? 'on-first-retry' : 'retain-on-failure',
      screenshots: false,
      snapshots: true,
      sources: true,
    },
    launchOptions: LAUNCH,
  },
})
