// Draws without a rest and watches what it costs in memory: the page's heap after a collection, and the resident
// memory of the server and its engine.
import { execFileSync } from 'node:child_process'

const MB = 1024 * 1024
/** Then the page is cleared, as a person would begin anew: a drawing that grows needs more memory by right. */
const STROKES_A_PAGE = 12

/**
 * @param {import('@playwright/test').Page} page the studio, its first picture painted
 * @param {{ serverPid: number, seconds: number, warmUpSeconds: number, everySeconds: number, say?: (line: string) => void }} options
 */
export async function soak(page, { serverPid, seconds, warmUpSeconds, everySeconds, say = () => undefined }) {
  const devtools = await page.context().newCDPSession(page)
  const clear = page.getByRole('button', { name: 'Clear the page' })
  const box = await page.getByTestId('drawing').boundingBox()
  if (!box) throw new Error('the drawing is not on screen')
  const samples = []
  const startMs = Date.now()
  let nextMs = warmUpSeconds * 1000
  for (let stroke = 0; Date.now() - startMs < (warmUpSeconds + seconds) * 1000; stroke++) {
    if (stroke % STROKES_A_PAGE === STROKES_A_PAGE - 1) await clear.click()
    await draw(page, box, stroke)
    const atMs = Date.now() - startMs
    if (atMs < nextMs) continue
    nextMs = atMs + everySeconds * 1000
    const sample = { atMs, pageMB: await heapMB(devtools), serverMB: residentMB(serverPid) }
    samples.push(sample)
    say(
      `${(atMs / 1000).toFixed(0).padStart(4)} s  page ${sample.pageMB.toFixed(1)} MB  server ${sample.serverMB.toFixed(1)} MB`,
    )
  }
  return {
    samples,
    pageGrowthMB: growthMB(samples.map(({ atMs, pageMB }) => [atMs, pageMB])),
    serverGrowthMB: growthMB(samples.map(({ atMs, serverMB }) => [atMs, serverMB])),
  }
}

async function draw(page, box, stroke) {
  const y = 0.12 + 0.06 * (stroke % STROKES_A_PAGE)
  const at = (x, dy) => [box.x + box.width * x, box.y + box.height * (y + dy)]
  await page.mouse.move(...at(0.15, 0))
  await page.mouse.down()
  await page.mouse.move(...at(0.5, 0.08), { steps: 10 })
  await page.mouse.move(...at(0.85, 0), { steps: 10 })
  await page.mouse.up()
}

async function heapMB(devtools) {
  await devtools.send('HeapProfiler.collectGarbage')
  const { usedSize } = await devtools.send('Runtime.getHeapUsage')
  return usedSize / MB
}

/** The process and its children. */
function residentMB(pid) {
  const list = execFileSync('ps', ['-eo', 'pid=,ppid=,rss='], { encoding: 'utf8' })
  const own = list
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([id, parent]) => id === pid || parent === pid)
  return own.reduce((total, [, , kilobytes]) => total + kilobytes / 1024, 0)
}

/** Growth over the samples by the median slope between all pairs (Theil and Sen): one sample out of line moves nothing. */
export function growthMB(points) {
  const slopes = points
    .flatMap(([x, y], i) => points.slice(i + 1).map(([otherX, otherY]) => (otherY - y) / (otherX - x)))
    .sort((a, b) => a - b)
  const slope = slopes[Math.floor(slopes.length / 2)] ?? 0
  return slope * ((points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0))
}
