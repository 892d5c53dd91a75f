import { expect, test } from '@playwright/test'
import { availableParallelism } from 'node:os'
import { startServer } from './server.ts'
import { Studio } from './studio.ts'

/** How long the pen moves without a rest. */
const DRAWING_MS = 8000

// A trace films the page, which would take a good part of the cores that are measured here.
test.use({ trace: 'off' })

interface Paint {
  /** What was drawn before this is in the picture. */
  readonly snapshotMs: number
  readonly paintMs: number
}

declare global {
  interface Window {
    /** Noted by this test in the page. */
    paints: Paint[]
  }
}

/** For each pointer event the time to the first paint that contains it; those painted after the run are left out. */
function penToPaintMs(pen: readonly number[], paints: readonly Paint[]): number[] {
  return pen.flatMap((atMs) => {
    const first = paints.find(({ snapshotMs }) => snapshotMs >= atMs)
    return first ? [first.paintMs - atMs] : []
  })
}

// Prints the figures a person feels. Not asserted tightly: the machine under a test run is anyone's guess, and the
// bench is where speed is judged. What is asserted is that drawing without a rest never starves the picture (F4).
test('[F4] pictures keep coming while the pen never rests', async ({ page }) => {
  const server = await startServer()
  try {
    const studio = new Studio(page)
    await studio.open(server.url)
    await page.evaluate(() => {
      const observer = new PerformanceObserver((list) => {
        for (const { startTime, duration } of list.getEntriesByName('drawing-to-paint'))
          window.paints.push({ snapshotMs: startTime, paintMs: startTime + duration })
      })
      window.paints = []
      observer.observe({ type: 'measure' })
      const note = () => performance.mark('pen')
      for (const type of ['pointerdown', 'pointermove'])
        window.addEventListener(type, note, { capture: true })
    })
    const before = await studio.seq()
    const startedMs = Date.now()
    let strokes = 0
    while (Date.now() - startedMs < DRAWING_MS) {
      const y = 0.1 + 0.05 * (strokes++ % 8)
      await studio.stroke([
        [0.1, y],
        [0.5, y + 0.1],
        [0.9, y],
      ])
    }
    const tookMs = Date.now() - startedMs
    const { pen, paints, kept } = await page.evaluate(() => ({
      pen: performance.getEntriesByName('pen').map((mark) => mark.startTime),
      paints: window.paints,
      kept: performance.getEntriesByName('drawing-to-paint').length,
    }))
    const penToPaint = penToPaintMs(pen, paints)
    await studio.settled()
    const sorted = [...penToPaint].sort((a, b) => a - b)
    const at = (part: number) =>
      sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN
    const fps = (paints.length / tookMs) * 1000
    console.log(
      `pen-to-paint p50 ${at(0.5).toFixed(0)} ms, p95 ${at(0.95).toFixed(0)} ms, ${fps.toFixed(1)} fps while drawing ` +
        `(${paints.length} pictures, ${penToPaint.length} pointer events, ${availableParallelism()} cores shared by browser and server)`,
    )
    expect(await studio.seq()).toBeGreaterThan(before)
    expect(paints.length).toBeGreaterThan(DRAWING_MS / 2000)
    expect(kept).toBe(0)
  } finally {
    await server.stop()
  }
})
