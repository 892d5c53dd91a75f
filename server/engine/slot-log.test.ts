import { pino } from 'pino'
import { expect, it } from 'vitest'
import { harness } from './testing/slot-harness.ts'

it('a slot says in its log lines which process it was, beside the logger’s own', () => {
  const lines: string[] = []
  const { child } = harness({ log: pino({}, { write: (line) => void lines.push(line) }) })
  child().ready()
  child().events.onExit('SIGKILL')
  expect(lines.map((line) => [JSON.parse(line).enginePid, line.match(/"pid":/g)?.length])).toEqual([
    [0, 1],
    [0, 1],
  ])
})
