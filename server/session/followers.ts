import type { PreviewWant } from '../../lib/protocol/preview.ts'
import type { PreviewWatch } from './preview-demand.ts'
import type { Session } from './session.ts'
import type { SessionEvent, SessionSink } from './session-event.ts'

/** One who watches the jobs of a caller from another connection than the one that asked for them. */
export interface Follower {
  /** What it wants to see from now on; `undefined` when it cannot see. */
  change(want: PreviewWant | undefined): void
  stop(): void
}

interface Following {
  readonly caller: string
  readonly tell: SessionSink
  want: PreviewWant | undefined
  /** Its place in every session of its caller. */
  readonly watches: Map<string, PreviewWatch>
  /** The job it hears of: the newest that began. */
  job: string | undefined
}

/** Who follows whom: the sessions of a caller, those that are open and those to come. */
export class Followers {
  readonly #all = new Set<Following>()

  follow(caller: string, tell: SessionSink, sessions: readonly Session[]): Follower {
    const following: Following = { caller, tell, want: undefined, watches: new Map(), job: undefined }
    this.#all.add(following)
    for (const session of sessions) following.watches.set(session.id, session.previews.watch())
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

  opened(caller: string, session: Session): void {
    for (const following of this.#of(caller))
      following.watches.set(session.id, session.previews.watch(following.want))
  }

  closed(caller: string, session: Session): void {
    for (const following of this.#of(caller)) following.watches.delete(session.id)
  }

  /** Of several jobs at a time only the newest is told of: a page has one picture to show. */
  note(caller: string, session: string, event: SessionEvent): void {
    if (!('seq' in event)) return
    const job = `${session} ${event.seq}`
    for (const following of this.#of(caller)) {
      if (event.type === 'started') following.job = job
      if (following.job === job) following.tell(event)
    }
  }

  #of(caller: string): Following[] {
    return [...this.#all].filter((following) => following.caller === caller)
  }
}
