import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { notices, notify, showStaying } from './notices.ts'

const texts = () => notices.getState().list.map(({ text }) => text)

describe('notices', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => {
    vi.runAllTimers()
    vi.useRealTimers()
    notices.setState({ list: [] })
  })

  it('go by themselves, problems later than the rest', () => {
    notify('done')
    notify('broken', 'problem')
    vi.advanceTimersByTime(4000)
    expect(texts()).toEqual(['broken'])
    vi.advanceTimersByTime(6000)
    expect(texts()).toEqual([])
  })

  it('that wait stay until they are closed, whatever else comes up, and change their words in place', () => {
    const waiting = showStaying('waiting', 'slow', [])
    for (const text of ['a', 'b', 'c', 'd']) notify(text)
    expect(texts()).toEqual(['slow', 'b', 'c', 'd'])
    waiting.say('slower')
    vi.advanceTimersByTime(60_000)
    expect(texts()).toEqual(['slower'])
    waiting.close()
    waiting.say('too late')
    expect(texts()).toEqual([])
  })
})
