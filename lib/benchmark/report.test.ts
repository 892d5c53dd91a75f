import { describe, expect, it } from 'vitest'
import { compareReports, compareTransports, ratioWords } from './compare.ts'
import { groupRuns, quantiles, samplesOf, shortNames } from './group.ts'
import { RunMeter } from './meter.ts'
import type { RunConfig } from './plan.ts'
import { judge } from './targets.ts'
import { type BenchReport, readReport, type RunResult, toCsv, writeReport } from './report.ts'

const CONFIG: RunConfig = {
  transport: 'binary',
  steps: 2,
  width: 256,
  height: 256,
  previews: false,
  connections: 1,
}

/** A run whose frames are painted `paintMs` after the pen, one every 100 ms. */
function run(config: RunConfig, repeat: number, paintMs: number, bytes = 1000): RunResult {
  const meter = new RunMeter(0)
  for (let i = 0; i < 10; i++) {
    const penAtMs = i * 100
    meter.sent(bytes)
    meter.received(2 * bytes)
    meter.painted({
      times: {
        penAtMs,
        snapshotAtMs: penAtMs,
        snapshotMs: 5,
        sentAtMs: penAtMs + 8,
        receivedAtMs: penAtMs + paintMs - 2,
        paintedAtMs: penAtMs + paintMs,
      },
      timings: {
        waitMs: 0,
        decodeMs: 1,
        textEncodeMs: 0,
        vaeEncodeMs: 1,
        unetMs: [10, 10],
        vaeDecodeMs: 1,
        encodeMs: 1,
        engineMs: 25,
        totalMs: 30,
      },
      offsetMs: undefined,
      wholeSnapshotMs: 7,
    })
  }
  return meter.result(config, repeat, 1000)
}

function report(runs: RunResult[]): BenchReport {
  return {
    format: 'sketchwire-benchmark',
    version: 1,
    createdAt: '2026-01-01T00:00:00.000Z',
    settings: 'steps=2',
    browser: { userAgent: 'a browser', cores: 2 },
    model: { id: 'pocket', name: 'Pocket', provider: 'cpu' },
    complete: true,
    runs,
  }
}

describe('RunMeter', () => {
  it('gives the figures of what it was told', () => {
    const result = run(CONFIG, 1, 80)
    expect(result).toMatchObject({ frames: 10, fps: 10, bytesUpPerFrame: 1000, bytesDownPerFrame: 2000 })
    expect(result.penToPaintMs).toMatchObject({ p50: 80, p99: 80, max: 80, count: 10 })
    expect(result.networkMs.p50).toBe(80 - 2 - 8 - 30)
    expect(result.browserShare).toBeCloseTo((8 + 2) / 80)
    expect(result.samples).toHaveLength(10)
  })

  it('counts superseded and failed frames and keeps the words of the failure', () => {
    const meter = new RunMeter(0)
    meter.superseded()
    meter.failed('the engine is loading')
    expect(meter.result(CONFIG, 1, 500)).toMatchObject({
      frames: 0,
      superseded: 1,
      failed: 1,
      problem: 'the engine is loading',
    })
  })
})

describe('a report', () => {
  it('comes back from its file as it was, runs without a frame included', () => {
    const empty = new RunMeter(0).result(CONFIG, 2, 500)
    const kept = report([run(CONFIG, 1, 80), empty])
    expect(readReport(writeReport(kept))).toEqual(kept)
  })

  it.each([
    ['no JSON', 'hello', 'is not JSON'],
    ['another file', '{"shapes":[]}', 'is no benchmark of version 1'],
    ['another version', writeReport({ ...report([]) }).replace('"version": 1', '"version": 9'), 'version'],
  ])('that is %s is refused in words', (_what, text, words) => {
    expect(() => readReport(text, 'a.json')).toThrow(words)
    expect(() => readReport(text, 'a.json')).toThrow('a.json')
  })

  it('is a table with one line a run, in CSV', () => {
    const [head = '', first = '', ...rest] = toCsv(report([run(CONFIG, 1, 80)])).split('\r\n')
    const columns = head.split(',')
    const cells = first.split(',')
    const cell = (name: string) => cells[columns.indexOf(name)]
    expect(cells).toHaveLength(columns.length)
    expect([cell('transport'), cell('penToPaintMs_p50'), cell('stage_U-Net_2_ms')]).toEqual([
      'binary',
      '80',
      '10',
    ])
    expect(rest).toEqual([''])
  })
})

describe('comparing', () => {
  const json = { ...CONFIG, transport: 'json' } as const

  it('pairs alternated runs of one report: drift that touches both leaves the ratio', () => {
    const runs = [100, 200, 400].flatMap((ms, index) => [
      run(json, index + 1, ms, 1400),
      run(CONFIG, index + 1, ms * 0.9, 1000),
    ])
    const rows = compareTransports(report(runs), 'json')
    const row = (id: string) => rows.find(({ measure }) => measure.id === id)
    expect(row('penToPaint')).toMatchObject({ pairs: 3 })
    expect(row('penToPaint')?.ratio).toBeCloseTo(0.9)
    expect(row('penToPaint')?.high).toBeCloseTo(0.9)
    expect(row('bytesUp')?.ratio).toBeCloseTo(1000 / 1400)
  })

  it('pairs every run of one report with every run of the other, where the choices are equal', () => {
    const a = report([run(CONFIG, 1, 100), run(CONFIG, 2, 110)])
    const b = report([run(CONFIG, 1, 50), run(json, 1, 999)])
    const rows = compareReports(a, b)
    const row = rows.find(({ measure }) => measure.id === 'penToPaint')
    expect(row).toMatchObject({ pairs: 2, a: 105, b: 50 })
    expect(rows.every(({ name }) => name.includes('binary'))).toBe(true)
    expect(row && ratioWords(row)).toBe('0.477 (0.459 to 0.495 over 2 pairs)')
  })

  it('says nothing of choices that only one side has', () => {
    expect(compareReports(report([run(CONFIG, 1, 100)]), report([run(json, 1, 100)]))).toEqual([])
  })
})

describe('the figures to hold', () => {
  const json = { ...CONFIG, transport: 'json' } as const
  const alternated = (repeats: number, ms: number, bytes: number) =>
    Array.from({ length: repeats }, (_, i) => [
      run(json, i + 1, 100, 1000),
      run(CONFIG, i + 1, ms, bytes),
    ]).flat()
  const verdicts = (runs: RunResult[], settings = 'shapes=200') =>
    judge({ ...report(runs), settings }).map(({ ok }) => ok)

  it('hold where snapshot, share, bytes and latency do', () => {
    expect(verdicts(alternated(10, 100, 740))).toEqual([true, true, true, true, true])
  })

  it('are missed by bytes, by latency and by a page that takes too much of the time', () => {
    expect(verdicts(alternated(10, 110, 900))).toEqual([true, true, false, false, false])
    expect(verdicts(alternated(10, 39, 740))[1]).toBe(false)
  })

  it('cannot be judged from fewer runs, or fewer shapes', () => {
    expect(verdicts(alternated(9, 100, 740))[4]).toBeUndefined()
    expect(verdicts(alternated(10, 100, 740), 'shapes=50')[0]).toBeUndefined()
    expect(verdicts([run(json, 1, 100)])).toEqual([undefined, undefined, undefined, undefined, undefined])
  })
})

describe('groups', () => {
  it('hold all repeats of one choice and name only what differs', () => {
    const other = { ...CONFIG, transport: 'rest', steps: 4 } as const
    const groups = groupRuns([run(CONFIG, 1, 100), run(other, 1, 300), run(CONFIG, 2, 120)])
    expect(groups.map(({ runs }) => runs.length)).toEqual([2, 1])
    expect(shortNames(groups)).toEqual(['Binary 2 st', 'REST 4 st'])
    const [first] = groups
    expect(first && new Set(samplesOf(first, 'penToPaint'))).toEqual(new Set([100, 120]))
    expect(quantiles([3, 1, 2], [0, 50, 100])).toEqual([1, 2, 3])
    expect(quantiles([], [50])).toEqual([null])
  })
})
