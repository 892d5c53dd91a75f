// A slot over children that are no processes: a test says what each of them answers.
import { FakeClock } from '../../../lib/std/testing/fake-clock.ts'
import type { Child, ChildEvents } from '../child.ts'
import type { JobResult } from '../engine.ts'
import { silentLog } from '../log.ts'
import type { Precision } from '../precision.ts'
import { Slot, type SlotOptions } from '../slot.ts'
import type { SlotJob, ToWorker } from '../slot-protocol.ts'

class FakeChild implements Child {
  readonly pid: number
  readonly sent: ToWorker[] = []
  readonly events: ChildEvents
  kills = 0

  constructor(pid: number, events: ChildEvents) {
    this.pid = pid
    this.events = events
  }

  send(message: ToWorker): void {
    this.sent.push(message)
  }

  kill(): void {
    this.kills += 1
  }

  ready(lanes = 1, precision: Precision = 'float32', tried = lanes): void {
    const figures = { loadMs: 1, rssBytes: 1, lanes, lanesReason: undefined, tried }
    this.events.onMessage({ type: 'ready', ...figures, precision: { name: precision, reason: 'a test' } })
  }

  /** Id of the last job it was given. */
  get jobId(): number {
    const job = this.sent.findLast((message) => message.type === 'job')
    return job?.id ?? -1
  }
}

export const work = {
  job: { prompt: 'x' },
  rendered: { width: 8, height: 8 },
  noiseFrom: undefined,
} as unknown as SlotJob
export const result = { image: Uint8Array.of(1), width: 8, height: 8 } as JobResult
export const signal = (): AbortSignal => new AbortController().signal

export function harness(options: Partial<SlotOptions> = {}) {
  const clock = new FakeClock()
  const children: FakeChild[] = []
  const states: string[] = []
  const slot = new Slot({
    spawn: (events) => {
      const child = new FakeChild(children.length, events)
      children.push(child)
      return child
    },
    config: () => ({ modelDir: 'm', provider: 'cpu', threads: 1 }),
    cancelTimeoutMs: 1_000,
    startTimeoutMs: 5_000,
    clock,
    log: silentLog,
    onChange: () => states.push(slot.state.name),
    ...options,
  })
  slot.start()
  const child = (index = children.length - 1): FakeChild => {
    const found = children[index]
    if (found === undefined) throw new Error('no such child')
    return found
  }
  return { clock, children, states, slot, child }
}
