import type { EngineStateName } from '../protocol/control.ts'
import type { Activity } from './types.ts'

export interface ActivityFacts {
  readonly connected: boolean
  readonly engine: EngineStateName
  /** Live is on and the tab may render. */
  readonly enabled: boolean
  readonly refining: boolean
  /** Of the live frames in flight or being painted: does the engine work on one, or is one done? */
  readonly started: boolean
  /** A live frame is wanted, being made or in flight. */
  readonly pending: boolean
}

/** The one word for what is happening; earlier lines win. */
export function activityOf(facts: ActivityFacts): Activity {
  if (!facts.connected) return 'offline'
  if (facts.engine === 'loading' || facts.engine === 'closed') return 'loading'
  if (facts.started) return 'generating'
  // One of several slots may still work, hence not earlier.
  if (facts.pending && facts.engine === 'degraded') return 'loading'
  if (facts.pending) return 'queued'
  if (facts.refining) return 'refining'
  return facts.enabled ? 'up-to-date' : 'paused'
}
