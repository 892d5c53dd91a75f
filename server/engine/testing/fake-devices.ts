// Engine children that are no processes: a test says, by provider, what each of them does when it is started.
import type { Child, ChildEvents, SpawnChild } from '../child.ts'
import type { PixelSize } from '../codec.ts'
import type { JobResult } from '../engine.ts'
import { noRoom } from '../no-room.ts'
import type { Probed, ToWorker, WorkerConfig } from '../slot-protocol.ts'

export interface FakeDevice {
  readonly config: WorkerConfig
  readonly events: ChildEvents
  /** Sizes of the jobs it was given, as "64x96". */
  readonly jobs: readonly string[]
  /** Tells the parent that it can paint. @param tried most rows of a call that it made to find its lanes. */
  ready(lanes?: number, tried?: number): void
  /** Answers every job from now on; else it hangs on them. @param hasRoom whether there is memory for a size. */
  works(hasRoom?: (size: PixelSize) => boolean): void
  /** Ends the process. */
  dies(): void
}

export interface FakeDevices {
  readonly spawn: SpawnChild
  /** Those that were started, in order; probes are not among them. */
  readonly started: readonly FakeDevice[]
  /** Providers that were probed, in order. */
  readonly probes: readonly string[]
  readonly last: FakeDevice
}

const NO_TIMES = {
  decodeMs: 0,
  textEncodeMs: 0,
  vaeEncodeMs: 0,
  unetMs: [],
  vaeDecodeMs: 0,
  encodeMs: 0,
  engineMs: 0,
}

function resultOf(width: number, height: number): JobResult {
  const size = { width, height, renderedWidth: width, renderedHeight: height }
  return { image: Uint8Array.of(1), codec: 'png', ...size, timings: NO_TIMES }
}

/**
 * @param onStart what a device does once it has its configuration.
 * @param onProbe what a probe finds; where that is nothing, it hangs. Every probe passes without it.
 */
export function fakeDevices(
  onStart: (device: FakeDevice) => void,
  onProbe: (provider: string) => Probed | undefined = () => ({ problem: undefined }),
): FakeDevices {
  const started: FakeDevice[] = []
  const probes: string[] = []
  const probe = prober(probes, onProbe)
  const spawn: SpawnChild = (events) => {
    let answer: (message: JobMessage) => void = () => undefined
    const jobs: string[] = []
    const child: Child = {
      pid: undefined,
      kill: () => events.onExit('SIGKILL'),
      send(message) {
        if (message.type === 'probe') probe(message.provider, events)
        if (message.type === 'job') {
          const { width, height } = message.work.rendered
          jobs.push(`${width}x${height}`)
          answer(message)
        }
        if (message.type !== 'start') return
        const works: FakeDevice['works'] = (hasRoom) => (answer = answerer(events, hasRoom))
        const device = deviceOf(events, { config: message.config, jobs, works })
        started.push(device)
        onStart(device)
      },
    }
    return child
  }
  return {
    spawn,
    started,
    probes,
    get last() {
      const device = started.at(-1)
      if (device === undefined) throw new Error('no child was started')
      return device
    },
  }
}

function prober(probes: string[], onProbe: (provider: string) => Probed | undefined) {
  return (provider: string, { onMessage }: ChildEvents) => {
    probes.push(provider)
    const found = onProbe(provider)
    if (found !== undefined) onMessage({ type: 'probed', ...found })
  }
}

type JobMessage = Extract<ToWorker, { type: 'job' }>

function answerer({ onMessage }: ChildEvents, hasRoom: (size: PixelSize) => boolean = () => true) {
  return ({ id, work: { job, rendered } }: JobMessage) => {
    if (hasRoom(rendered)) return onMessage({ type: 'done', id, result: resultOf(job.width, job.height) })
    onMessage({
      type: 'failed',
      id,
      failure: noRoom(rendered, { width: 64, height: 64 }),
      noRoomFor: rendered,
    })
  }
}

function deviceOf(events: ChildEvents, own: Pick<FakeDevice, 'config' | 'jobs' | 'works'>): FakeDevice {
  return {
    ...own,
    events,
    ready(lanes = 1, tried = lanes) {
      const precision = { name: 'float32', reason: 'a test' } as const
      const figures = { loadMs: 1, rssBytes: 1, lanes, lanesReason: `${lanes} of ${tried}`, tried }
      events.onMessage({ type: 'ready', ...figures, precision })
    },
    dies: () => events.onExit('SIGABRT'),
  }
}
