import type { PreviewWant } from '../../lib/protocol/preview.ts'
import type { SessionPlace } from './observer.ts'
import type { PreviewWatch } from './preview-demand.ts'
import type { Session } from './session.ts'
import { isTerminal } from './session-event.ts'
import type { SessionEvent, SessionSink } from './session-event.ts'

/** One who watches the jobs of a caller from another connection than the one that asked for them. */
export interface Follower {
  /** What it wants to see from now on; `undefined` when it cannot see. */
  change(want: PreviewWant | undefined): void
  stop(): void
}

/** Whom to follow: a caller's sessions at one door, or at all. */
export interface Followed {
  readonly caller: string
  readonly door: string | undefined
}

interface Following {
  readonly followed: Followed
  readonly tell: SessionSink
  want: PreviewWant | undefined
  /** Its place in every session of its caller. */
  readonly watches: Map<string, PreviewWatch>
  /** The job it hears of: the newest that began. */
  job: string | undefined
}

/** A job that runs: what its followers heard first, for those who come later. */
interface Begun {
  readonly place: SessionPlace
  readonly session: string
  readonly started: SessionEvent
}

/** Who follows whom: the sessions of a caller, those that are open and those to come. */
export class Followers {
  readonly #all = new Set<Following>()
  /** By job, the newest last. */
  readonly #running = new Map<string, Begun>()

  /** Hears at once of the newest job that runs already: otherwise its end, too, would be news of nothing. */
  follow(followed: Followed, tell: SessionSink, sessions: readonly Session[]): Follower {
    const following: Following = { followed, tell, want: undefined, watches: new Map(), job: undefined }
    this.#all.add(following)
    for (const session of sessions) following.watches.set(session.id, session.previews.watch())
    const [job, begun] = [...this.#running].findLast(([, one]) => isOf(one.place, followed)) ?? []
    if (job !== undefined && begun) {
      following.job = job
      tell(begun.started)
    }
    return {
      change: (want) => {
        following.want = want
        for (const watch of following.watches.values()) watch.change(want)
      },
      stop: () => {
        this.#all.delete(following)
        for (const watch of following.watches.values()) watch.stop()
      },
    }
  }

  opened(place: SessionPlace, session: Session): void {
    for (const following of this.#of(place))
      following.watches.set(session.id, session.previews.watch(following.want))
  }

  closed(session: Session): void {
    for (const following of this.#all) following.watches.delete(session.id)
    for (const [job, begun] of this.#running) if (begun.session === session.id) this.#running.delete(job)
  }

  /** Of several jobs at a time only the newest is told of: a page has one picture to show. */
  note(place: SessionPlace, session: string, event: SessionEvent): void {
    if (!('seq' in event)) return
    const job = `${session} ${event.seq}`
    // One that gave way starts again, and is the newest then.
    if (event.type === 'started' || isTerminal(event)) this.#running.delete(job)
    if (event.type === 'started') this.#running.set(job, { place, session, started: event })
    for (const following of this.#of(place)) {
      if (event.type === 'started') following.job = job
      if (following.job === job) following.tell(event)
    }
  }

  #of(place: SessionPlace): Following[] {
    return [...this.#all].filter(({ followed }) => isOf(place, followed))
  }
}

function isOf(place: SessionPlace, { caller, door }: Followed): boolean {
  return place.caller === caller && (door === undefined || place.door === door)
}
