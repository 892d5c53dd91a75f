import { describe, expect, it } from 'vitest'
import { createProgress } from './progress.ts'

const MB = 1e6

/** A progress whose clock a test moves, and the lines it has written. */
function setUp(total: number) {
  const lines: string[] = []
  const clock = { ms: 0 }
  const write = (text: string) => void lines.push(text.trimEnd())
  return {
    progress: createProgress({ total, write, isTerminal: false, nowMs: () => clock.ms }),
    lines,
    clock,
  }
}

describe('the line of a download', () => {
  it('counts what an earlier try has left as done, and not as speed', () => {
    const { progress, lines, clock } = setUp(100 * MB)
    clock.ms = 100
    progress.had(50 * MB)
    clock.ms = 1100
    progress.add(11 * MB)
    expect(lines).toEqual([
      '[############------------]  50%  50.0 MB of 100.0 MB  0 kB/s',
      '[###############---------]  61%  61.0 MB of 100.0 MB  10.0 MB/s  4 s left',
    ])
  })

  it('tells the tenths of what turns out to be more, and the end of what turns out to be less', () => {
    const more = setUp(10 * MB)
    more.progress.add(10 * MB)
    more.progress.expect(90 * MB)
    more.progress.add(20 * MB)
    expect(more.lines.map((line) => / \d+%/.exec(line)?.[0])).toEqual([' 100%', ' 30%'])
    const less = setUp(10 * MB)
    less.progress.add(8 * MB)
    less.progress.expect(-2 * MB)
    expect(less.lines.map((line) => / \d+%/.exec(line)?.[0])).toEqual([' 80%', ' 100%'])
  })
})
