import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Outbound } from '../compat/dialect.ts'
import type { Socket } from './host.ts'
import { Outbox } from './outbox.ts'

/** A socket that takes one message at a time: the next only after `drain`. */
class SlowSocket implements Socket {
  readonly remoteAddress = ''
  readonly sent: string[] = []
  bufferedBytes = 0
  slow = true

  send(data: string | Uint8Array) {
    this.sent.push(String(data))
    if (this.slow) this.bufferedBytes = 1
    return this.slow ? ('buffered' as const) : ('sent' as const)
  }

  close() {}
}

const control = (data: string): Extract<Outbound, { kind: 'control' }> => ({ kind: 'control', data })
const preview = (data: string): Outbound => ({ kind: 'preview', data })
const image = (seq: number): Outbound => ({
  kind: 'image',
  seq,
  data: `image ${seq}`,
  replacedBy: (by) => control(`${seq} superseded by ${by}`),
})

function setup() {
  const socket = new SlowSocket()
  let overflows = 0
  const outbox = new Outbox(socket, () => (overflows += 1))
  const drain = () => {
    socket.bufferedBytes = 0
    outbox.flush()
  }
  return { socket, outbox, drain, overflows: () => overflows }
}

describe('outbox', () => {
  it('sends at once while the socket takes everything', () => {
    const { socket, outbox } = setup()
    socket.slow = false
    for (const out of [control('a'), image(1), preview('p'), image(2)]) outbox.push(out)
    expect(socket.sent).toEqual(['a', 'image 1', 'p', 'image 2'])
  })

  it('C3 keeps only the newest picture while the socket is buffered, and ends the replaced one with a word', () => {
    const { socket, outbox, drain } = setup()
    outbox.push(control('first'))
    for (const out of [image(1), control('started 2'), preview('p2'), image(2), preview('p3')])
      outbox.push(out)
    expect(outbox.waiting).toBe(4)
    for (let i = 0; i < 5; i++) drain()
    expect(socket.sent).toEqual(['first', '1 superseded by 2', 'started 2', 'image 2', 'p3'])
  })

  it('a newer preview replaces an older one, an image replaces both, a preview never replaces an image', () => {
    const { socket, outbox, drain } = setup()
    outbox.push(control('first'))
    for (const out of [preview('p1'), preview('p2'), image(1), preview('p3')]) outbox.push(out)
    for (let i = 0; i < 5; i++) drain()
    expect(socket.sent).toEqual(['first', 'image 1', 'p3'])
  })

  it('gives up on a client that asks on and reads nothing', () => {
    const { outbox, overflows } = setup()
    for (let i = 0; i < 1025; i++) outbox.push(control('x'))
    expect(overflows()).toBe(0)
    outbox.push(control('x'))
    expect(overflows()).toBe(1)
  })

  it('gives up on a client that leaves more than 32 MiB unread, be it in few messages', () => {
    const { outbox, overflows } = setup()
    const answer = control('x'.repeat(4 * 1024 * 1024))
    outbox.push(control('first'))
    for (let i = 0; i < 8; i++) outbox.push(answer)
    expect(overflows()).toBe(0)
    outbox.push(control('x'))
    expect(overflows()).toBe(1)
  })

  it('F1 F2 C3: whatever is pushed and drained, controls stay complete and in order, each image ends once, pictures grow', () => {
    const pushes = fc.array(fc.constantFrom('control', 'image', 'preview', 'drain'), { maxLength: 80 })
    fc.assert(
      fc.property(pushes, (steps) => {
        const { socket, outbox, drain } = setup()
        let seq = 0
        let notices = 0
        for (const step of steps) {
          if (step === 'control') outbox.push(control(`notice ${notices++}`))
          if (step === 'image') outbox.push(image(seq++))
          if (step === 'preview') outbox.push(preview('preview'))
          if (step === 'drain') drain()
          expect(outbox.waiting).toBeLessThanOrEqual(notices + seq + 1)
        }
        while (outbox.waiting > 0) drain()
        expect(socket.sent.filter((data) => data.startsWith('notice'))).toEqual(
          Array.from({ length: notices }, (_, i) => `notice ${i}`),
        )
        const ends = socket.sent.flatMap(
          (data) => /^(?:image (\d+)|(\d+) superseded)/.exec(data)?.slice(1).filter(Boolean) ?? [],
        )
        expect(ends).toEqual(Array.from({ length: seq }, (_, i) => String(i)))
      }),
    )
  })
})
