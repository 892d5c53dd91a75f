import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { watchHands } from './by-keys.ts'
import { dismiss, holdNotice, letNoticeGo, notices, notify, offer, showStaying } from './notices.ts'

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
    holdNotice(id)
    for (const text of ['a', 'b', 'c', 'd']) notify(text)
    vi.advanceTimersByTime(60_000)
    expect(texts()).toEqual(['2 removed'])
    letNoticeGo(id)
    vi.advanceTimersByTime(11_000)
    expect(gone).toHaveBeenCalledOnce()
  })

  it('of any kind wait for who has the focus in them, and are not displaced meanwhile', () => {
    notify('broken', 'problem')
    const [{ id } = { id: 0 }] = notices.getState().list
    holdNotice(id)
    for (const text of ['a', 'b', 'c', 'd']) notify(text)
    expect(texts()).toEqual(['broken', 'b', 'c', 'd'])
    vi.advanceTimersByTime(60_000)
    expect(texts()).toEqual(['broken'])
    letNoticeGo(id)
    vi.advanceTimersByTime(9000)
    expect(texts()).toEqual([])
  })

  it('that offer something to who has keys leave the time to get there', () => {
    const page = new EventTarget() as Window
    const stop = watchHands(page)
    page.dispatchEvent(new Event('keydown'))
    const offered = offer('1 removed', [])
    vi.advanceTimersByTime(100_000)
    offered.say('2 removed')
    vi.advanceTimersByTime(100_000)
    expect(texts()).toEqual(['2 removed'])
    page.dispatchEvent(new Event('drop'))
    offered.say('3 removed')
    vi.advanceTimersByTime(11_000)
    expect(texts()).toEqual([])
    offered.say('too late')
    expect(vi.getTimerCount()).toBe(0)
    stop()
  })

  it('are said as they come up, problems in a voice of their own, and again with new words', () => {
    const said = () => {
      const { list, said: ids } = notices.getState()
      return (['alert', 'status'] as const).map((voice) => list.find(({ id }) => id === ids[voice])?.text)
    }
    const waiting = showStaying('waiting', 'slow', [])
    notify('broken', 'problem')
    notify('done')
    expect(said()).toEqual(['broken', 'done'])
    waiting.say('slower')
    expect(said()).toEqual(['broken', 'slower'])
    waiting.close()
    // What stands there already is not said once more.
    expect(said()).toEqual(['broken', undefined])
  })
})
