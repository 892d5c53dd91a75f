import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { HeldInputs, InputRoom } from './held-inputs.ts'
import { FIFO, harness, JPEG, LIVE } from './testing/harness.ts'

const bytes = (length: number) => new Uint8Array(length)
const ofImage = (image: Uint8Array) => ({ image })

describe('held inputs', () => {
  const limits = { callerBytes: 100, bytes: 150 }
  /** Of a session in which two frames of words are in flight: no more is taken for granted. */
  const busy = (room: InputRoom, caller: string) => {
    const held = new HeldInputs(room, caller)
    for (const seq of [1000, 1001]) held.take(seq, { image: undefined })
    return held
  }

  it('lets a caller hold so much in all its sessions, and all callers together so much', () => {
    const room = new InputRoom(limits)
    const [one, two, other] = [busy(room, 'ada'), busy(room, 'ada'), busy(room, 'ben')]
    expect(one.take(0, ofImage(bytes(60)))).toBe(true)
    expect(two.take(0, ofImage(bytes(60)))).toBe(false)
    expect(two.take(1, ofImage(bytes(40)))).toBe(true)
    expect(other.take(0, ofImage(bytes(60)))).toBe(false)
    expect(other.take(1, ofImage(bytes(50)))).toBe(true)
    one.give(0)
    one.give(0)
    expect(other.take(2, ofImage(bytes(50)))).toBe(true)
    expect(other.take(3, ofImage(bytes(20)))).toBe(false)
    // Words hold nothing worth counting.
    expect(other.take(4, { image: undefined })).toBe(true)
  })

  it('always takes one that runs and one that waits, and counts them', () => {
    const room = new InputRoom(limits)
    expect(busy(room, 'ada').take(0, ofImage(bytes(100)))).toBe(true)
    const drawing = new HeldInputs(room, 'ada')
    expect([0, 1, 2].map((seq) => drawing.take(seq, ofImage(bytes(10))))).toEqual([true, true, false])
    drawing.give(0)
    expect(drawing.take(3, ofImage(bytes(10)))).toBe(true)
    expect(busy(room, 'ben').take(0, ofImage(bytes(40)))).toBe(false)
  })

  it('counts a picture once however many are made of it, its mask too, and a part of a message as the whole', () => {
    const held = busy(new InputRoom(limits), 'ada')
    const [image, mask] = [bytes(40), { image: bytes(20), blurPx: 0, invert: false }]
    for (let seq = 0; seq < 8; seq++) expect(held.take(seq, { image, mask })).toBe(true)
    const message = bytes(50)
    expect(held.take(8, ofImage(message.subarray(10, 12)))).toBe(false)
    for (let seq = 0; seq < 7; seq++) held.give(seq)
    expect(held.take(9, ofImage(bytes(50)))).toBe(false)
    held.give(7)
    expect(held.take(10, ofImage(message.subarray(10, 12)))).toBe(true)
    held.giveAll()
    expect(held.take(11, ofImage(bytes(100)))).toBe(true)
  })

  it('has all of its room again when everything was given back', () => {
    const step = fc.record({ seq: fc.nat(9), size: fc.nat(60), gives: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const room = new InputRoom(limits)
        const held = new HeldInputs(room, 'ada')
        const taken = new Set<number>()
        for (const { seq, size, gives } of steps) {
          if (gives) held.give(seq)
          else if (!taken.has(seq) && held.take(seq, ofImage(bytes(size)))) taken.add(seq)
          if (gives) taken.delete(seq)
        }
        held.giveAll()
        expect([room.hasRoom('ada', 100), room.hasRoom('ada', 101)]).toEqual([true, false])
      }),
    )
  })
})

describe('a session', () => {
  let close: () => Promise<void> = async () => {}
  afterEach(() => close())
  const world = (callerBytes: number) => {
    const base = harness({ inputLimits: { callerBytes, bytes: 10 * callerBytes } })
    close = base.close
    return base
  }
  const picture = () => Uint8Array.from(JPEG)

  it('refuses with `busy` what there is no memory for, and takes it when something has ended', async () => {
    const { open, runOut } = world(3 * JPEG.length)
    const { submit, endOf } = open(FIFO)
    for (let seq = 0; seq < 4; seq++) submit(seq, 'live', picture())
    expect(endOf(3)).toMatchObject({ type: 'refused', error: { code: 'busy', retryAfterMs: 1000 } })
    await runOut()
    expect([0, 1, 2].map((seq) => endOf(seq)?.type)).toEqual(['image', 'image', 'image'])
    submit(4, 'live', picture())
    await runOut()
    expect(endOf(4)?.type).toBe('image')
  })

  it('C1 does not count what a newer frame displaced, nor what was cancelled or refused', async () => {
    const { open, runOut } = world(3 * JPEG.length)
    const { submit, endOf, session } = open({
      ...LIVE,
      mailbox: { depth: 3, whenFull: 'drop-oldest' },
      credit: 8,
    })
    for (let seq = 0; seq < 50; seq++) submit(seq, 'live', picture())
    expect(endOf(46)).toMatchObject({ type: 'superseded', by: 49 })
    session.cancel(49)
    submit(50, 'live', picture())
    await runOut()
    expect([47, 48, 49, 50].map((seq) => endOf(seq)?.type)).toEqual(['image', 'image', 'failed', 'image'])
  })

  it('E1 leaves nothing behind when it closes', async () => {
    const { open, registry } = world(3 * JPEG.length)
    for (let round = 0; round < 5; round++) {
      const { submit, ends, session } = open(FIFO)
      for (const seq of [0, 1, 2]) submit(seq, 'live', picture())
      expect(ends()).toEqual([])
      registry.close(session)
    }
  })
})
