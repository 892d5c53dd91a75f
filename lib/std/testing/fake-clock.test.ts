import { describe, expect, it } from 'vitest'
import { FakeClock } from './fake-clock.ts'

describe('FakeClock', () => {
  it('runs due timers in order of their time, those they set included', () => {
    const clock = new FakeClock()
    const seen: string[] = []
    clock.setTimer(() => seen.push(`late@${clock.now()}`), 30)
    clock.setTimer(() => {
      seen.push(`early@${clock.now()}`)
      clock.setTimer(() => seen.push(`nested@${clock.now()}`), 5)
    }, 10)
    clock.advance(20)
    expect(seen).toEqual(['early@10', 'nested@15'])
    expect(clock.pending).toBe(1)
    clock.advance(10)
    expect(seen.at(-1)).toBe('late@30')
  })

  it('does not run a cancelled timer', () => {
    const clock = new FakeClock()
    let ran = false
    const cancel = clock.setTimer(() => (ran = true), 1)
    cancel()
    clock.advance(10)
    expect(ran).toBe(false)
    expect(clock.pending).toBe(0)
  })
})
