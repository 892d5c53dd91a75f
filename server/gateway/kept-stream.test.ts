import { expect, it } from 'vitest'
import { FakeClock } from '../../lib/std/testing/fake-clock.ts'
import type { Chunk } from '../compat/dialect.ts'
import { KeptStream } from './kept-stream.ts'
import { MemoryReader } from './memory-host.ts'

const LINGER_MS = 30_000
const words = (data: string): Chunk => ({ kind: 'control', data })
const look = (data: string): Chunk => ({ kind: 'preview', data })

/** A stream, what became of it, and readers of it on a network that takes everything. */
function world(lingerMs = LINGER_MS) {
  const clock = new FakeClock()
  const said: string[] = []
  const stream = new KeptStream({
    head: { status: 200, headers: {} },
    clock,
    heartbeat: { everyMs: 5000, data: '.' },
    lingerMs,
    cancel: () => said.push('cancelled'),
    forget: () => said.push('forgotten'),
  })
  const read = (pieces = 0) => {
    const { stream: start, ...head } = stream.reader(pieces)
    const reader = new MemoryReader(head, new AbortController())
    reader.start(start)
    return reader
  }
  return { clock, stream, read, said }
}

it('goes on for a reader who comes back before the one it was has gone, for as long as it takes', () => {
  const { clock, stream, read, said } = world()
  const first = read()
  stream.push(words('a'))
  const second = read(1)
  expect([first.flush(), first.isOver]).toEqual(['.a', true])
  clock.advance(2 * LINGER_MS)
  expect([said, second.isOver]).toEqual([[], false])
  second.flush()
  stream.push(words('b'))
  stream.finish([words('end')])
  expect([second.flush(), second.isOver]).toEqual(['bend', true])
})

it('is given up when its last reader has been gone for so long, and not when one came back in time', () => {
  const { clock, stream, read, said } = world()
  read().leave()
  clock.advance(LINGER_MS - 1)
  const back = read()
  clock.advance(LINGER_MS)
  expect(said).toEqual([])
  back.leave()
  clock.advance(LINGER_MS)
  expect(said).toEqual(['cancelled', 'forgotten'])
  expect([stream.isFinished, clock.pending]).toEqual([false, 0])
})

it('is forgotten, and nothing cancelled, when it is finished and was read', () => {
  const { clock, stream, read, said } = world()
  const reader = read()
  stream.finish([words('end')])
  expect([reader.isOver, stream.isReadTo(0), stream.isReadTo(1)]).toEqual([true, false, true])
  clock.advance(LINGER_MS)
  expect(said).toEqual(['forgotten'])
})

it('keeps the newest preview alone, under the number it had', () => {
  const { stream, read } = world()
  for (const chunk of [look('1'), words('a'), look('2'), words('b')]) stream.push(chunk)
  expect(read().flush()).toBe('.a2b')
  expect(read(2).flush()).toBe('.2b')
})

it('without time to come back ends with its reader, who need not have begun to read', () => {
  const { read, said } = world(0)
  read().leave()
  expect(said).toEqual(['cancelled', 'forgotten'])
  const unread = world(0)
  unread.stream.unread()
  expect(unread.said).toEqual(['cancelled', 'forgotten'])
})
