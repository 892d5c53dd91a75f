import { existsSync } from 'node:fs'

/** The shell does a third less work than the whole browser, whose own windows are drawn beside the page. */
const PLACES = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium', '/usr/bin/chromium-browser']

const executablePath = PLACES.find((path) => existsSync(path))

/** For Playwright: the distribution's Chromium, else that of `npx playwright install chromium`. */
export const LAUNCH = {
  ...(executablePath === undefined ? {} : { executablePath }),
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage'],
}
