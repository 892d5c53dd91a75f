import { closeSync, openSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { AppError } from '../lib/std/errors.ts'
import { createEvents, logDestination } from './events.ts'

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

describe('a log that cannot be written', () => {
  it.skipIf(process.platform !== 'linux')('costs its lines and nothing else', async () => {
    const fd = openSync('/dev/full', 'w')
    try {
      const events = createEvents('info', logDestination(fd))
      for (let line = 0; line < 100; line++) events.bug('testing', new Error('no space'))
      await new Promise((resolve) => setImmediate(resolve))
      expect(await events.metrics()).toContain('sketchwire_bugs_total 100')
    } finally {
      closeSync(fd)
    }
  })
})

describe('what an operator can see', () => {
  const ada = { caller: 'token:ada', door: 'native' }

  it('is which door a session came through, whose it is, and why there was none', async () => {
    const lines: Record<string, unknown>[] = []
    const events = createEvents('info', { write: (line) => void lines.push(JSON.parse(line)) })
    events.sessionOpened('s1', ada)
    events.sessionRefused(ada, 'too_many_sessions')
    events.sessionRefused(ada, 'draining')
    events.sessionGaveWay('s1')
    expect(lines).toMatchObject([
      { event: 'session.opened', session: 's1', ...ada },
      { event: 'session.refused', code: 'too_many_sessions', ...ada },
      { event: 'session.refused', code: 'draining' },
      { event: 'session.gave-way', session: 's1' },
    ])
    const metrics = await events.metrics()
    expect(metrics).toContain('sketchwire_sessions_refused_total{code="too_many_sessions"} 1')
    expect(metrics).toContain('sketchwire_sessions_refused_total{code="draining"} 1')
    expect(metrics).toContain('sketchwire_sessions_gave_way_total 1')
  })

  it('is whether the engine can paint, how often its process was lost, and what HTTP was answered', async () => {
    const events = createEvents('silent')
    const figure = async (name: string) =>
      (await events.metrics()).split('\n').find((line) => line.startsWith(`sketchwire_${name}`))
    events.engineChanged('ready', undefined)
    expect(await figure('engine_ready')).toBe('sketchwire_engine_ready 1')
    events.engineProcessLost()
    events.engineChanged('degraded', 'it is being started again')
    expect(await figure('engine_ready')).toBe('sketchwire_engine_ready 0')
    expect(await figure('engine_processes_lost_total')).toMatch(/ 1$/)
    events.answered(429)
    expect(await figure('http_answers_total')).toBe('sketchwire_http_answers_total{status="429"} 1')
  })

  it('is a warning of an address that tries keys', () => {
    const lines: Record<string, unknown>[] = []
    const events = createEvents('warn', { write: (line) => void lines.push(JSON.parse(line)) })
    events.addressSlowed('192.0.2.1')
    expect(lines).toMatchObject([{ level: WARN, event: 'keys.wrong', network: '192.0.2.1' }])
  })
})
