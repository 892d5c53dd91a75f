import { describe, expect, it } from 'vitest'
import { harness, JPEG, LIVE, PARAMS, settle } from '../session/testing/harness.ts'
import { isTerminal } from '../session/session-event.ts'
import type { SessionEvent } from '../session/session-event.ts'
import type { FetchedImage } from './fetch-image.ts'
import { FETCH_LIMITS, FetchTurns } from './fetch-turns.ts'
import { FrameLine } from './frame-line.ts'

/** A line in front of a real session, and a server of somebody else that answers when the test says so. */
function world(depth = 1) {
  const base = harness()
  const drawing = base.open({ ...LIVE, mailbox: { depth, whenFull: 'drop-oldest' }, credit: 8 * depth })
  const gave: SessionEvent[] = []
  const asked: { url: string; signal: AbortSignal; answer: (fetched: FetchedImage) => void }[] = []
  const turns = new FetchTurns(
    (url, signal) => new Promise((resolve) => asked.push({ url, signal, answer: resolve })),
  )
  const line = new FrameLine({
    session: drawing.session,
    fetch: (url, signal) => turns.fetch('ada', url, signal),
    depth,
    sink: (event) => gave.push(event),
  })
  const ask = (seqs: readonly number[], url?: string) => {
    const [batch = 0] = seqs
    for (const seq of seqs)
      line.submit(
        { seq, rev: seq, mode: 'live', image: url === undefined ? JPEG : undefined, batch },
        PARAMS,
        url,
      )
  }
  const ends = () => [...gave, ...drawing.events].filter(isTerminal).map((end) => `${end.seq} ${end.type}`)
  return { ...base, line, ask, asked, gave, ends }
}

const picture: FetchedImage = { ok: true, image: JPEG }
const refused: FetchedImage = { ok: false, error: { code: 'invalid_params', message: 'no' } }

describe('a line of frames', () => {
  it('fetches the picture of several frames of one request once, and paints all of them', async () => {
    const { ask, asked, ends, runOut } = world()
    ask([0, 1, 2], 'http://a/1')
    expect(asked).toHaveLength(1)
    asked[0]?.answer(picture)
    await runOut()
    expect(ends()).toEqual(['0 image', '1 image', '2 image'])
  })

  it('refuses all of them when there is none', async () => {
    const { ask, asked, ends, runOut } = world()
    ask([0, 1], 'http://a/1')
    asked[0]?.answer(refused)
    await runOut()
    expect(ends()).toEqual(['0 refused', '1 refused'])
  })

  it('C2 lets a newer request pass a slow server, and gives the old one up whole', async () => {
    const { ask, asked, ends, runOut } = world()
    ask([0, 1], 'http://slow/1')
    ask([2])
    expect([ends(), asked[0]?.signal.aborted]).toEqual([['0 superseded', '1 superseded'], true])
    asked[0]?.answer(picture)
    await runOut()
    expect(ends()).toEqual(['0 superseded', '1 superseded', '2 image'])
  })

  it.each([1, 2])(
    'C2 F4 paints from a steady stream of pictures that come more slowly than their requests, the newest at the end [depth %i]',
    async (depth) => {
      const { ask, asked, gave, ends, runOut } = world(depth)
      const begun: number[] = []
      // A request every two ticks, a picture after three.
      const ticks = 160
      for (let tick = 0; tick < ticks; tick++) {
        if (tick % 2 === 0) ask([tick / 2], `http://slow/${tick / 2}`)
        while (begun.length < asked.length) begun.push(tick)
        for (const [index, { answer }] of asked.entries())
          if (tick - (begun[index] ?? 0) >= 2) answer(picture)
        await settle()
      }
      for (let left = 0; left < depth + 1; left++) {
        for (const { answer } of asked) answer(picture)
        await settle()
      }
      expect(ticks / 2 - gave.length).toBeGreaterThanOrEqual(ticks / 3 - 1)
      expect(asked.filter(({ signal }) => signal.aborted)).toEqual([])
      await runOut()
      const painted = ends().filter((end) => end.endsWith('image'))
      expect([ends().length, painted.at(-1)]).toEqual([ticks / 2, `${ticks / 2 - 1} image`])
    },
  )

  it('C2 of the requests behind a picture that is fetched keeps the newest, which is fetched then', async () => {
    const { ask, asked, ends, runOut } = world()
    for (const seq of [0, 1, 2]) ask([seq], `http://slow/${seq}`)
    expect([asked.map(({ url }) => url), ends()]).toEqual([['http://slow/0'], ['1 superseded']])
    asked[0]?.answer(refused)
    await settle()
    expect(asked.map(({ url }) => url)).toEqual(['http://slow/0', 'http://slow/2'])
    asked[1]?.answer(picture)
    await runOut()
    expect(ends().sort()).toEqual(['0 refused', '1 superseded', '2 image'])
  })

  it('F2 lets nothing older be painted after a request that passed it', async () => {
    const { ask, asked, ends, runOut } = world(2)
    for (const seq of [0, 1, 2]) ask([seq], `http://slow/${seq}`)
    ask([3])
    expect(ends()).toEqual(['0 superseded', '1 superseded'])
    expect(asked.map(({ url, signal }) => [url, signal.aborted])).toEqual([
      ['http://slow/0', true],
      ['http://slow/1', true],
      ['http://slow/2', false],
    ])
    for (const { answer } of asked) answer(picture)
    await runOut()
    expect(ends()).toEqual(['0 superseded', '1 superseded', '2 image', '3 image'])
  })

  it('keeps the order for a client that has room for more than one, and drops the oldest beyond it', async () => {
    const { ask, asked, ends, runOut } = world(2)
    ask([0], 'http://slow/1')
    ask([1, 2])
    expect(ends()).toEqual([])
    asked[0]?.answer(picture)
    await runOut()
    expect(ends()).toEqual(['0 image', '1 image', '2 image'])
    ask([3], 'http://slow/2')
    ask([4], 'http://slow/3')
    ask([5])
    asked[2]?.answer(picture)
    await runOut()
    expect(ends().sort().slice(3)).toEqual(['3 superseded', '4 image', '5 image'])
  })

  it('C2 gives no request up for a newer one that cannot be painted, which hears so at once', async () => {
    const { ask, asked, ends, line, runOut } = world()
    const no = { code: 'invalid_params', message: 'no' } as const
    line.refuse({ seq: 0, rev: 0 }, no)
    ask([1, 2], 'http://slow/1')
    line.refuse({ seq: 3, rev: 3 }, no)
    line.refuse({ seq: 4, rev: 4 }, no)
    expect([ends().sort(), asked[0]?.signal.aborted]).toEqual([
      ['0 refused', '3 refused', '4 refused'],
      false,
    ])
    asked[0]?.answer(picture)
    await runOut()
    ask([5])
    await runOut()
    expect(
      ends()
        .sort()
        .filter((end) => end.endsWith('image')),
    ).toEqual(['1 image', '2 image', '5 image'])
  })

  it('asks nobody any more when its socket is gone', async () => {
    const { ask, asked, line, ends } = world()
    ask([0], 'http://slow/1')
    line.clear()
    asked[0]?.answer(picture)
    await settle()
    expect([asked[0]?.signal.aborted, ends()]).toEqual([true, []])
  })

  it('has no more fetched behind a slow picture than a caller may have, and the rest in turn', async () => {
    const { ask, asked, ends, line, runOut } = world(60)
    for (let seq = 0; seq < 60; seq++) ask([seq], `http://a/${seq}`)
    const later = async () => {
      for (const { answer } of asked.slice(1)) answer(picture)
      await settle()
    }
    await later()
    await later()
    expect(asked).toHaveLength(FETCH_LIMITS.perCaller)
    asked[0]?.answer(picture)
    for (let round = 0; round < 60; round++) await later()
    await runOut()
    expect(ends()).toEqual(Array.from({ length: 60 }, (_, seq) => `${seq} image`))
    for (let seq = 60; seq < 68; seq++) ask([seq], `http://a/${seq}`)
    for (const { answer } of asked.slice(61)) answer(picture)
    await settle()
    line.clear()
    asked[60]?.answer(picture)
    await settle()
    // What was given up leaves its turn to others, whether it had come or not.
    for (let seq = 68; seq < 72; seq++) ask([seq], `http://a/${seq}`)
    expect(asked.slice(64).map(({ url }) => url)).toEqual([68, 69, 70, 71].map((seq) => `http://a/${seq}`))
  })
})
