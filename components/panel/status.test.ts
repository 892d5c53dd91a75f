import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createStore } from 'zustand/vanilla'
import type { Activity } from '../../lib/client/types.ts'
import { calmActivity } from '../session/calm-activity.ts'
import { figures, spokenWords, stageLines, statusWords } from './status-words.ts'

const ready = { name: 'ready', detail: undefined } as const
const live = { status: { name: 'live' }, step: undefined, engine: ready, forming: false } as const

describe('statusWords', () => {
  it.each([
    ['queued', 'Queued'],
    ['generating', 'Generating'],
    ['up-to-date', 'Up to date'],
  ] as const)('%s is told as "%s"', (activity, text) => {
    expect(statusWords(activity, live, 0).text).toBe(text)
  })

  it("tells the engine's own sentence when something is the matter with it (E3)", () => {
    const detail = 'The engine process ended; it is being started again'
    const engine = { name: 'degraded', detail } as const
    expect(statusWords('loading', { ...live, engine }, 0)).toEqual({ tone: 'trouble', text: detail })
    const starting = { name: 'loading', detail: 'The model is being loaded' } as const
    expect(statusWords('loading', { ...live, engine: starting }, 0).tone).toBe('idle')
  })

  it('tells no trouble of an engine that is ready while the calm word still is that it loads', () => {
    const words = statusWords('loading', live, 0)
    expect(words).toEqual({ tone: 'idle', text: 'Loading the model' })
    const silent = { ...live, engine: { name: 'degraded', detail: undefined } } as const
    expect(statusWords('loading', silent, 0)).toEqual({ tone: 'trouble', text: 'The engine is restarting' })
  })

  it('counts the steps of a slow picture while it forms, and only then', () => {
    const step = { step: 2, steps: 4 }
    const forming = statusWords('generating', { ...live, step, forming: true }, 0)
    expect(forming).toEqual({ tone: 'busy', text: 'Generating', progress: 'step 2 of 4' })
    expect(statusWords('generating', { ...live, step }, 0).progress).toBeUndefined()
  })

  it('is read aloud at rest and in trouble, not for every picture nor every second', () => {
    expect(spokenWords(statusWords('generating', live, 0), live)).toBe('')
    expect(spokenWords(statusWords('up-to-date', live, 0), live)).toBe('Up to date')
    const status = { name: 'waiting', retryAtMs: 12_400, reason: 'The server is full.' } as const
    const told = { ...live, status }
    const spoken = [0, 1000].map((now) => spokenWords(statusWords('offline', told, now), told))
    expect(spoken).toEqual(['The server is full. Trying again', 'The server is full. Trying again'])
  })

  it('is read aloud once for a server that stays away, not at every attempt', () => {
    const spoken = (attempt: number) => {
      const told = { ...live, status: { name: 'connecting', attempt } } as const
      return spokenWords(statusWords('offline', told, 0), told)
    }
    expect(spoken(1)).toBe('Connecting')
    expect([spoken(2), spoken(900)]).toEqual([undefined, undefined])
  })

  it.each([
    ['The server is full.', 'The server is full'],
    ['The server is restarting.', 'The server is restarting'],
    ['no more sessions', 'no more sessions'],
    ['', 'Connection lost'],
  ])('W1 E1 says why there is no connection (%j), and counts down to the next attempt', (reason, why) => {
    const status = { name: 'waiting', retryAtMs: 12_400, reason } as const
    const at = (nowMs: number) => statusWords('offline', { ...live, status }, nowMs).text
    expect(at(10_000)).toBe(`${why}. Trying again in 3 s`)
    expect(at(99_000)).toBe(`${why}. Trying again in 1 s`)
  })

  it('W1 says so when the server speaks another version', () => {
    const status = { name: 'reload', reason: 'protocol' } as const
    expect(statusWords('offline', { ...live, status }, 0).text).toContain('updated')
  })
})

describe('figures', () => {
  const stats = { fps: 0, penToPaintMs: undefined, roundTripMs: undefined, timings: undefined }
  const counts = { painted: 0, superseded: 0, bytesUp: 0, bytesDown: 0 }

  it('are absent before the first picture and rounded after it', () => {
    expect(figures({ ...stats, ...counts })).toEqual({ ms: undefined, fps: undefined })
    expect(figures({ ...stats, ...counts, fps: 7.26 }).fps).toBe('7.3 fps')
    expect(figures({ ...stats, ...counts, fps: 23.6 }).fps).toBe('24 fps')
  })
})

describe('stageLines', () => {
  it('tells each stage of the last picture and how many frames never became one', () => {
    const timings = {
      waitMs: 1,
      decodeMs: 2,
      textEncodeMs: 0,
      vaeEncodeMs: 9,
      unetMs: [20, 21, 22, 23],
      vaeDecodeMs: 14,
      encodeMs: 3,
      engineMs: 114,
      totalMs: 116,
    }
    const counts = { painted: 5, superseded: 3, bytesUp: 0, bytesDown: 0 }
    const lines = stageLines({
      fps: 7,
      penToPaintMs: 180.4,
      roundTripMs: undefined,
      timings,
      ...counts,
    }).split('\n')
    expect(lines).toContain('Pen to paint: 180 ms')
    expect(lines).toContain('Denoising, 4 steps: 86 ms')
    expect(lines).toContain('Superseded by newer frames: 3')
    expect(lines.some((line) => line.startsWith('Round trip'))).toBe(false)
  })
})

describe('calmActivity', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  function following(first: Activity) {
    const source = createStore<{ activity: Activity }>()(() => ({ activity: first }))
    const { store, stop } = calmActivity(source)
    const seen: Activity[] = []
    store.subscribe(({ activity }) => seen.push(activity))
    return { go: (activity: Activity) => source.setState({ activity }), seen, stop }
  }

  it('keeps one word through a run of quick frames', () => {
    const { go, seen, stop } = following('generating')
    for (let frame = 0; frame < 20; frame++) {
      go('up-to-date')
      vi.advanceTimersByTime(40)
      go('queued')
      vi.advanceTimersByTime(20)
      go('generating')
      vi.advanceTimersByTime(80)
    }
    expect(seen).toEqual([])
    go('up-to-date')
    vi.advanceTimersByTime(300)
    expect(seen).toEqual(['up-to-date'])
    stop()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('tells trouble at once', () => {
    const { go, seen, stop } = following('generating')
    go('offline')
    expect(seen).toEqual(['offline'])
    stop()
  })
})
