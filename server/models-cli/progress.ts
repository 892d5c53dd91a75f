// One line that moves on a terminal; a line every tenth elsewhere.

export interface Progress {
  add(bytes: number): void
  /** Was there already: done, but at no rate. */
  had(bytes: number): void
  /** There is so much more to come than was said; negative where it is less. */
  expect(bytes: number): void
  /** Ends the line. */
  end(): void
}

export interface ProgressOptions {
  readonly total: number
  readonly write: (text: string) => void
  readonly isTerminal: boolean
  readonly nowMs: () => number
}

const BAR = 24
/** Rate over the last seconds: an average over everything would never show that the line got slow. */
const WINDOW_MS = 5000
const REDRAW_MS = 100

export function createProgress({ total: known, write, isTerminal, nowMs }: ProgressOptions): Progress {
  let total = known
  let done = 0
  let arrived = 0
  let drawnMs = -Infinity
  let tenth = -1
  const samples: Sample[] = [{ atMs: nowMs(), arrived: 0 }]
  const draw = () => write(`\r${progressLine(done, total, rateOf(samples))}\u001b[K`)
  const show = () => {
    const atMs = nowMs()
    keep(samples, { atMs, arrived })
    if (isTerminal && atMs - drawnMs >= REDRAW_MS) {
      drawnMs = atMs
      draw()
    }
    const now = Math.floor((10 * done) / Math.max(1, total))
    if (!isTerminal && now > tenth) write(`${progressLine(done, total, rateOf(samples))}\n`)
    return now
  }
  return {
    add(bytes) {
      done += bytes
      arrived += Math.max(0, bytes)
      tenth = Math.max(tenth, show())
    },
    had(bytes) {
      done += bytes
      tenth = Math.max(tenth, show())
    },
    expect(bytes) {
      total += bytes
      // Where there is more to come than was said, its tenths are told as well.
      tenth = show()
    },
    end() {
      if (!isTerminal) return
      draw()
      write('\n')
    },
  }
}

interface Sample {
  readonly atMs: number
  readonly arrived: number
}

function keep(samples: Sample[], one: Sample): void {
  samples.push(one)
  while (samples.length > 2 && one.atMs - (samples[0]?.atMs ?? one.atMs) > WINDOW_MS) samples.shift()
}

function rateOf(samples: readonly Sample[]): number {
  const [first, last] = [samples[0], samples.at(-1)]
  if (first === undefined || last === undefined || last.atMs <= first.atMs) return 0
  return (1000 * (last.arrived - first.arrived)) / (last.atMs - first.atMs)
}

/** "[#####---]  42%  1.2 of 5.1 GB  34 MB/s  1 min 55 s left" */
export function progressLine(done: number, total: number, bytesPerSecond: number): string {
  const part = total === 0 ? 1 : Math.min(1, Math.max(0, done / total))
  const filled = Math.round(part * BAR)
  const bar = `[${'#'.repeat(filled)}${'-'.repeat(BAR - filled)}]`
  const left = bytesPerSecond > 0 && part < 1 ? `  ${duration((total - done) / bytesPerSecond)} left` : ''
  return `${bar} ${String(Math.floor(part * 100)).padStart(3)}%  ${size(done)} of ${size(total)}  ${size(bytesPerSecond)}/s${left}`
}

export function size(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`
  return `${Math.ceil(bytes / 1e3)} kB`
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}
