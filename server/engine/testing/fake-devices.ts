// Engine children that are no processes: a test says, by provider, what each of them does when it is started.
import type { Child, ChildEvents, SpawnChild } from '../child.ts'
import type { JobResult } from '../engine.ts'
import type { WorkerConfig } from '../slot-protocol.ts'

export interface FakeDevice {
  readonly config: WorkerConfig
  readonly events: ChildEvents
  /** Tells the parent that it can paint. */
  ready(lanes?: number): void
  /** Answers every job from now on; else it hangs on them. */
  works(): void
  /** Ends the process. */
  dies(): void
}

export interface FakeDevices {
  readonly spawn: SpawnChild
  /** Those that were started, in order; probes are not among them. */
  readonly started: readonly FakeDevice[]
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

/** @param onStart what a device does once it has its configuration. Every probe passes. */
export function fakeDevices(onStart: (device: FakeDevice) => void): FakeDevices {
  const started: FakeDevice[] = []
  const spawn: SpawnChild = (events) => {
    let answers = false
    const child: Child = {
      pid: undefined,
      kill: () => events.onExit('SIGKILL'),
      send(message) {
        if (message.type === 'probe') events.onMessage({ type: 'probed', problem: undefined })
        if (message.type === 'job' && answers) {
          const { width, height } = message.work.job
          events.onMessage({ type: 'done', id: message.id, result: resultOf(width, height) })
        }
        if (message.type !== 'start') return
        const device = deviceOf(events, message.config, () => (answers = true))
        started.push(device)
        onStart(device)
      },
    }
    return child
  }
  return {
    spawn,
    started,
    get last() {
      const device = started.at(-1)
      if (device === undefined) throw new Error('no child was started')
      return device
    },
  }
}

function deviceOf(events: ChildEvents, config: WorkerConfig, works: () => void): FakeDevice {
  return {
    config,
    events,
    ready(lanes = 1) {
      const precision = { name: 'float32', reason: 'a test' } as const
      events.onMessage({ type: 'ready', loadMs: 1, rssBytes: 1, lanes, lanesReason: undefined, precision })
    },
    works,
    dies: () => events.onExit('SIGABRT'),
  }
}
