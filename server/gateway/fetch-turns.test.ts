import { describe, expect, it } from 'vitest'
import { settle } from '../session/testing/harness.ts'
import type { FetchedImage } from './fetch-image.ts'
import { FetchTurns } from './fetch-turns.ts'
import type { FetchTurn } from './fetch-turns.ts'

const picture: FetchedImage = { ok: true, image: new Uint8Array(3) }
const never = new AbortController().signal

/** Turns over a server of somebody else that answers when the test says so. */
function world(limits = { perCaller: 2, overall: 3 }) {
  const asked: { url: string; answer: () => void }[] = []
  const turns = new FetchTurns(
    (url) => new Promise((resolve) => asked.push({ url, answer: () => resolve(picture) })),
    limits,
  )
  const got = new Map<string, FetchTurn>()
  const fetch = (caller: string, url: string, signal = never) =>
    void turns.fetch(caller, url, signal).then((turn) => got.set(url, turn))
  const urls = () => asked.map(({ url }) => url)
  const answerAll = async () => {
    for (const { answer } of asked) answer()
    await settle()
  }
  return { turns, fetch, urls, answerAll, got }
}

describe('turns to fetch', () => {
  it('lets a caller have a few pictures at a time, and the next when one is needed no more', async () => {
    const { fetch, urls, answerAll, got } = world()
    for (const url of ['a1', 'a2', 'a3', 'a4']) fetch('ada', url)
    expect(urls()).toEqual(['a1', 'a2'])
    await answerAll()
    // They are here, and still take up their megabytes.
    expect([urls(), [...got.keys()]]).toEqual([
      ['a1', 'a2'],
      ['a1', 'a2'],
    ])
    got.get('a2')?.giveBack()
    got.get('a2')?.giveBack()
    expect(urls()).toEqual(['a1', 'a2', 'a3'])
  })

  it('gives a free turn to whoever has fewest', async () => {
    const { fetch, urls, answerAll, got } = world()
    for (const url of ['a1', 'a2', 'a3']) fetch('ada', url)
    for (const url of ['b1', 'b2']) fetch('ben', url)
    fetch('eve', 'e1')
    expect(urls()).toEqual(['a1', 'a2', 'b1'])
    await answerAll()
    got.get('a1')?.giveBack()
    expect(urls().at(-1)).toBe('e1')
    await answerAll()
    for (const url of ['a2', 'e1', 'b1']) got.get(url)?.giveBack()
    expect(urls().slice(4)).toEqual(['a3', 'b2'])
  })

  it('asks nobody for those who gave up while they waited, and goes on without them', async () => {
    const { fetch, urls, answerAll, got } = world({ perCaller: 1, overall: 1 })
    const stop = new AbortController()
    fetch('ada', 'a1')
    fetch('ben', 'b1', stop.signal)
    fetch('ben', 'b2', AbortSignal.abort())
    stop.abort()
    await settle()
    expect([...got.values()].map(({ fetched }) => fetched.ok)).toEqual([false, false])
    fetch('eve', 'e1')
    await answerAll()
    got.get('b1')?.giveBack()
    got.get('a1')?.giveBack()
    expect(urls()).toEqual(['a1', 'e1'])
  })
})
