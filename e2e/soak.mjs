// `npm run soak [-- --minutes 10]`: continuous drawing on the built server. Exit code 1 when the page's heap or the
// server's memory grew by 20 MB or more.
import { positiveNumber, readValues } from '../dist/server/bench/options.js'
import { launchChromium, startBuiltServer } from './built-server.mjs'
import { soak } from './soak-run.mjs'

const MOST_MB = 20
const { minutes: asked } = readValues({
  name: 'The soak',
  explainedIn: 'e2e/soak.mjs',
  options: { minutes: { type: 'string', default: '10' } },
})
const minutes = minutesOf(asked)
const server = await startBuiltServer()
const browser = await launchChromium()
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  await page.goto(server.url)
  await page.locator('canvas[data-seq]').waitFor({ timeout: 120_000 })
  const { pageGrowthMB, serverGrowthMB } = await soak(page, {
    serverPid: server.pid,
    seconds: minutes * 60,
    warmUpSeconds: 30,
    everySeconds: 10,
    say: (line) => console.log(line),
  })
  const words = (growth) =>
    `${growth.toFixed(1)} MB, less than ${MOST_MB}: ${growth < MOST_MB ? 'holds' : 'MISSED'}`
  console.log(`in ${minutes} minutes the page's heap grew by ${words(pageGrowthMB)}`)
  console.log(`in ${minutes} minutes the server grew by ${words(serverGrowthMB)}`)
  process.exitCode = pageGrowthMB < MOST_MB && serverGrowthMB < MOST_MB ? 0 : 1
} finally {
  await browser.close()
  await server.stop()
}

function minutesOf(text) {
  try {
    return positiveNumber('minutes', text)
  } catch (error) {
    console.error(`The soak could not run: ${error.message}`)
    return process.exit(1)
  }
}
