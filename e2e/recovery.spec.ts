import { expect, type Page, test, type WebSocketRoute } from '@playwright/test'
import { execFileSync } from 'node:child_process'
import { startServer } from './server.ts'
import { difference, Studio } from './studio.ts'

/** Process ids of the children of `pid`. */
function childrenOf(pid: number): number[] {
  return execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
    .split('\n')
    .map(Number)
    .filter((id) => id > 0)
}

/** Remembers every sentence of the header and of notices, and has a clock that can be put forward. */
const rememberWords = () => {
  const said = new Set<string>()
  const { now } = Date
  let aheadMs = 0
  Date.now = () => now() + aheadMs
  Object.assign(window, { said, putForward: (byMs: number) => (aheadMs += byMs) })
  new MutationObserver(() => {
    for (const { textContent } of document.querySelectorAll('.status-text, .notice'))
      said.add(textContent ?? '')
  }).observe(document, { subtree: true, childList: true, characterData: true })
}
const said = (page: Page): Promise<string[]> => page.evaluate('[...said]')

test('[E3] the page goes on after the engine was killed', async ({ page }) => {
  const server = await startServer()
  try {
    await page.addInitScript(rememberWords)
    const studio = new Studio(page)
    await studio.open(server.url)
    const before = await studio.pixels()
    const [engine = 0, ...others] = childrenOf(server.pid)
    expect(others).toEqual([])
    expect(engine).toBeGreaterThan(0)
    // It ends with a frame in it, and not before.
    process.kill(engine, 'SIGSTOP')
    await studio.changing(async () => {
      await studio.stroke([
        [0.3, 0.2],
        [0.7, 0.25],
      ])
      await expect(studio.status).toHaveAttribute('data-activity', 'generating')
      process.kill(engine, 'SIGKILL')
    })
    expect(difference(before, await studio.pixels())).toBeGreaterThan(0)
    expect(childrenOf(server.pid)).not.toContain(engine)
    // What became of the frame is the page's business: the header says what is the matter.
    const words = (await said(page)).join('\n')
    expect(words).toContain('it is being started again')
    expect(words).not.toMatch(/send it again|is restarting/)
  } finally {
    await server.stop()
  }
})

test('[E1] the page says that the server is gone, keeps the picture, and goes on when it is back', async ({
  page,
}) => {
  const first = await startServer({ SKETCHWIRE_ENGINE: 'fake' })
  const studio = new Studio(page)
  await page.addInitScript(rememberWords)
  await studio.open(first.url)
  const before = await studio.pixels()
  await page.evaluate('putForward(60_000)')
  await first.stop('SIGKILL')
  await expect(studio.status).toHaveAttribute('data-activity', 'offline')
  expect(difference(before, await studio.pixels())).toBe(0)
  await studio.stroke([
    [0.2, 0.3],
    [0.8, 0.2],
  ])

  const second = await startServer({ SKETCHWIRE_ENGINE: 'fake' }, first.port)
  try {
    await studio.settled()
    await expect.poll(async () => difference(before, await studio.pixels())).toBeGreaterThan(0)
    // Seconds are counted from now, however long the page has been open.
    const seconds = (await said(page)).flatMap((words) => /Trying again in (\d+) s/.exec(words)?.[1] ?? [])
    expect(seconds).not.toEqual([])
    for (const count of seconds) expect(Number(count)).toBeLessThanOrEqual(8)
  } finally {
    await second.stop()
  }
})

test('[W10] the page says once that the engine runs on another provider, and shows it for as long as it does', async ({
  page,
}) => {
  const server = await startServer({ SKETCHWIRE_ENGINE: 'fake' })
  const detail = 'Running on cpu since webgpu failed 3 times in a minute'
  const sockets: WebSocketRoute[] = []
  try {
    // No engine here has another provider to fall back to: what a server says of one that did is put in.
    await page.routeWebSocket(/\/api\/live/, (socket) => {
      sockets.push(socket)
      socket.connectToServer().onMessage((message) => {
        socket.send(message)
        if (String(message).includes('"welcome"'))
          socket.send(JSON.stringify({ type: 'status', engine: 'ready', detail }))
      })
    })
    const studio = new Studio(page)
    await studio.open(server.url)
    const notice = page.getByRole('listitem').filter({ hasText: detail })
    await notice.getByRole('button', { name: 'Dismiss' }).click()
    await expect(notice).toHaveCount(0)
    await expect(page.locator('.status-text')).toHaveAttribute('title', new RegExp(detail))
    await expect(page.getByRole('region', { name: 'Settings' })).toContainText(detail)

    // At once: a notice goes by itself, and to wait until it has would prove nothing.
    const isTold = async () => (await notice.count()) > 0
    await sockets[0]?.close()
    await expect.poll(() => sockets.length).toBe(2)
    await studio.settled()
    await expect(page.locator('.status-text')).toHaveAttribute('title', new RegExp(detail))
    expect(await isTold()).toBe(false)

    await page.setViewportSize({ width: 1366, height: 657 })
    const tooHigh = () => page.evaluate(() => document.documentElement.scrollHeight - window.innerHeight)
    await expect.poll(tooHigh).toBe(0)
    await page.reload()
    await expect(page.locator('.status-text')).toHaveAttribute('title', new RegExp(detail))
    expect(await isTold()).toBe(false)
    // Nor is it news to visitors of a page that embeds the canvas.
    await page.evaluate(() => sessionStorage.clear())
    await page.goto(`${server.url}/embed?drawing=told`)
    await expect(page.locator('.status-text')).toHaveAttribute('title', new RegExp(detail))
    expect(await isTold()).toBe(false)
  } finally {
    await server.stop()
  }
})
