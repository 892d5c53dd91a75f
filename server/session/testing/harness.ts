import { FakeClock } from '../../../lib/std/testing/fake-clock.ts'
import type { DrawParams } from '../../../lib/protocol/params.ts'
import { createFakeEngine, FAKE_MODEL } from '../../engine/fake-engine.ts'
import type { FakeEngineOptions } from '../../engine/fake-engine.ts'
import { Dispatcher } from '../dispatcher.ts'
import type { InputLimits } from '../held-inputs.ts'
import type { SessionObserver } from '../observer.ts'
import { Registry } from '../registry.ts'
import type { SessionPolicy } from '../policy.ts'
import type { Session } from '../session.ts'
import { isTerminal } from '../session-event.ts'
import type { SessionEvent, TerminalEvent } from '../session-event.ts'

export const LIVE: SessionPolicy = {
  mailbox: { depth: 1, whenFull: 'drop-oldest' },
  credit: 2,
  maxRunning: 1,
  overlaps: true,
}
export const FIFO: SessionPolicy = { mailbox: { depth: 3, whenFull: 'reject-new' }, credit: 4, maxRunning: 1 }

export const PARAMS: DrawParams = { ...FAKE_MODEL.defaults }
/** The revision of `PARAMS` with a single step. */
export const QUICK = 0
/** The magic bytes of a JPEG: all that admission looks at. */
export const JPEG = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3])

/** Lets everything that is ready to go on, go on: promises and the engine's grants of slots. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve))
}

export interface Drawing {
  readonly session: Session
  readonly events: SessionEvent[]
  readonly ends: () => TerminalEvent[]
  readonly endOf: (seq: number) => TerminalEvent | undefined
  /** Numbers that were sent as refinements. */
  readonly refined: ReadonlySet<number>
  readonly submit: (seq: number, mode?: 'live' | 'refine', image?: Uint8Array, rev?: number) => void
}

export interface HarnessOptions extends FakeEngineOptions {
  readonly maxSessions?: number
  readonly placesOf?: (caller: string) => number
  readonly inputLimits?: InputLimits
  readonly framesPerSecond?: number
}

export const silentObserver: SessionObserver = {
  sessionOpened: () => undefined,
  sessionRefused: () => undefined,
  sessionGaveWay: () => undefined,
  sessionClosed: () => undefined,
  frameAccepted: () => undefined,
  frameEnded: () => undefined,
  jobGaveWay: () => undefined,
  jobFailed: () => undefined,
}

/** Registry, dispatcher and a paused fake engine whose steps the test takes. */
export function harness(options: HarnessOptions = {}) {
  const clock = new FakeClock()
  const picture = async () => JPEG
  const engine = createFakeEngine({ paused: true, clock, picture, ...options })
  const dispatcher = new Dispatcher({ engine, clock, observer: silentObserver, jobDeadlineMs: 10_000 })
  let ids = 0
  const registry = new Registry({
    engine,
    dispatcher,
    clock,
    observer: silentObserver,
    maxSessions: options.maxSessions ?? 100,
    framesPerSecond: options.framesPerSecond ?? 1000,
    ...(options.placesOf && { placesOf: options.placesOf }),
    ...(options.inputLimits && { inputLimits: options.inputLimits }),
    newId: () => `s${ids++}`,
  })
  return {
    clock,
    engine,
    dispatcher,
    registry,
    open: (policy: SessionPolicy = LIVE, caller = 'test') => openDrawing(registry, policy, caller),
    /** Steps the engine until nothing moves. */
    async runOut(): Promise<void> {
      do await settle()
      while (engine.step() > 0)
    },
    async close(): Promise<void> {
      registry.dispose()
      engine.resume()
      await dispatcher[Symbol.asyncDispose]()
      await engine[Symbol.asyncDispose]()
    },
  }
}

function openDrawing(registry: Registry, policy: SessionPolicy, caller: string): Drawing {
  const events: SessionEvent[] = []
  const created = registry.create({
    caller,
    door: 'test',
    policy,
    maxImageBytes: 1000,
    sink: (event) => events.push(event),
  })
  if (!created.ok) throw new Error(created.error.message)
  const { session } = created
  session.open()
  session.setParams(QUICK, { ...PARAMS, steps: 1 })
  session.setParams(1, PARAMS)
  const ends = () => events.filter(isTerminal)
  const refined = new Set<number>()
  return {
    session,
    refined,
    events,
    ends,
    endOf: (seq) => ends().find((end) => end.seq === seq),
    submit: (seq, mode = 'live', image = JPEG, rev = 1) => {
      if (mode === 'refine') refined.add(seq)
      session.submit({ seq, rev, mode, image })
    },
  }
}
