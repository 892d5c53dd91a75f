import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { dismiss, holdOffer, letOfferGo, notices, notify, offer, showStaying } from './notices.ts'

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
  const taken = (at = 0) => notices.getState().list[0]?.actions[at]?.run()

  it('that offer something say once that nobody took it, however they go', () => {
    const gone = vi.fn()
    offer('removed', [], gone)
    vi.advanceTimersByTime(20_000)
    expect(texts()).toEqual([])
    offer('removed', [], gone)
    for (const { id } of notices.getState().list) dismiss(id)
    offer('removed', [], gone).close()
    offer('removed', [], gone)
    offer('removed', [])
    vi.advanceTimersByTime(20_000)
    expect(gone).toHaveBeenCalledTimes(4)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('that offer something do it for who takes it, and are over with that', () => {
    const [gone, back] = [vi.fn(), vi.fn()]
    offer('removed', [{ label: 'Bring back', run: back }], gone)
    taken()
    vi.advanceTimersByTime(20_000)
    expect(back).toHaveBeenCalledOnce()
    expect(gone).not.toHaveBeenCalled()
    expect(texts()).toEqual([])
  })

  it('that offer something wait for who is reaching for it, and stand anew with new words', () => {
    const gone = vi.fn()
    const offered = offer('1 removed', [], gone)
    const [{ id } = { id: 0 }] = notices.getState().list
    vi.advanceTimersByTime(9000)
    offered.say('2 removed')
    vi.advanceTimersByTime(9000)
    holdOffer(id)
    for (const text of ['a', 'b', 'c', 'd']) notify(text)
    vi.advanceTimersByTime(60_000)
    expect(texts()).toEqual(['2 removed'])
    letOfferGo(id)
    vi.advanceTimersByTime(11_000)
    expect(gone).toHaveBeenCalledOnce()
  })
})
