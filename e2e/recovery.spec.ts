import { expect, test } from '@playwright/test'
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

test('[E3] the page goes on after the engine was killed', async ({ page }) => {
  const server = await startServer()
  try {
    const studio = new Studio(page)
    await studio.open(server.url)
    const before = await studio.pixels()
    const [engine, ...others] = childrenOf(server.pid)
    expect(others).toEqual([])
    expect(engine).toBeGreaterThan(0)
    process.kill(engine ?? 0, 'SIGKILL')
    await studio.changing(() =>
      studio.stroke([
        [0.3, 0.2],
        [0.7, 0.25],
      ]),
    )
    expect(difference(before, await studio.pixels())).toBeGreaterThan(0)
    expect(childrenOf(server.pid)).not.toContain(engine)
  } finally {
    await server.stop()
  }
})

test('[E1] the page says that the server is gone, keeps the picture, and goes on when it is back', async ({
  page,
}) => {
  const first = await startServer({ SKETCHWIRE_ENGINE: 'fake' })
  const studio = new Studio(page)
  await studio.open(first.url)
  const before = await studio.pixels()
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
  } finally {
    await second.stop()
  }
})
