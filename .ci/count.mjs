// Adds up the runners' own counts. A stage that failed without a failing test (lint, build) counts as one failure.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const [results = '', failedStage = ''] = process.argv.slice(2)
const read = (name) =>
  existsSync(join(results, name)) ? JSON.parse(readFileSync(join(results, name), 'utf8')) : undefined

let passed = 0
let failed = 0
for (const name of ['unit.json', 'integration.json']) {
  const report = read(name)
  passed += report?.numPassedTests ?? 0
  failed += report?.numFailedTests ?? 0
  // A file that could not even be loaded has no tests to count.
  failed += (report?.testResults ?? []).filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length
}
const browser = read('e2e.json')
const e2e = browser?.stats
passed += (e2e?.expected ?? 0) + (e2e?.flaky ?? 0)
failed += e2e?.unexpected ?? 0

/** Titles of the tests that passed at their second try only: each is a defect of the test or of what it tests. */
const flaky = (suite) => [
  ...(suite.specs ?? [])
    .filter((spec) => spec.tests.some((test) => test.status === 'flaky'))
    .map((spec) => spec.title),
  ...(suite.suites ?? []).flatMap(flaky),
]
for (const title of (browser?.suites ?? []).flatMap(flaky))
  console.log(`passed at its second try only: ${title}`)

if (failedStage && failed === 0) {
  failed = 1
  console.log(`stage "${failedStage}" failed`)
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failedStage || failed > 0 ? 1 : 0)
