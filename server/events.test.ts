import { describe, expect, it } from 'vitest'
import { AppError } from '../lib/std/errors.ts'
import { createEvents } from './events.ts'

function lineOf(error: unknown): Record<string, unknown> {
  const lines: string[] = []
  createEvents('info', { write: (line) => void lines.push(line) }).jobFailed('s1', 7, error)
  expect(lines).toHaveLength(1)
  return JSON.parse(lines[0] ?? '')
}

const [INFO, WARN] = [30, 40]

describe('what the log says of a job that failed', () => {
  it('is one sentence without a stack where the sender is at fault', () => {
    const line = lineOf(new AppError('broken_image', 'The image is cut short; send it whole'))
    expect(line).toMatchObject({ level: INFO, code: 'broken_image', session: 's1', seq: 7 })
    expect(line['reason']).toBe('The image is cut short; send it whole')
    expect(line).not.toHaveProperty('err')
  })

  it('is a warning where the engine is', () => {
    const line = lineOf(new AppError('engine_crashed', 'The engine process ended'))
    expect(line).toMatchObject({ level: WARN, code: 'engine_crashed' })
    expect(line).not.toHaveProperty('err')
  })

  it('has the stack of what nobody expected', () => {
    const line = lineOf(new TypeError('x is not a function'))
    expect(line).toMatchObject({ level: WARN, code: 'internal' })
    expect(line['err']).toMatchObject({ stack: expect.stringContaining('events.test.ts') })
  })
})
