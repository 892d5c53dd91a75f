import type { Clock } from '../../lib/std/clock.ts'
import type { Child, SpawnChild } from './child.ts'
import type { Probe } from './provider-choice.ts'
import type { Probed } from './slot-protocol.ts'

/** A driver that has to compile its first shaders takes seconds, one that hangs takes for ever. */
const PATIENCE_MS = 30_000

const UNWANTED: Probed = { problem: 'the engine was closed before it answered' }

/**
 * A probe in a child of its own: a driver that aborts, or never answers, takes that process with it and no other.
 * @param signal ends it: nobody wants to know any more.
 */
export function childProbe(spawn: SpawnChild, clock: Clock, signal?: AbortSignal): Probe {
  return (provider, againstCpu) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve(UNWANTED)
      let found: Probed | undefined
      const onAbort = () => {
        found = UNWANTED
        child.kill()
      }
      const cancelTimer = clock.setTimer(() => {
        found = { problem: `it did not answer within ${PATIENCE_MS / 1000} s` }
        child.kill()
      }, PATIENCE_MS)
      const child: Child = spawn({
        onMessage: (message) => {
          if (message.type !== 'probed') return
          const { problem, slow } = message
          found = { problem, ...(slow === undefined ? {} : { slow }) }
          child.kill()
        },
        onExit: (reason) => {
          cancelTimer()
          signal?.removeEventListener('abort', onAbort)
          resolve(found ?? { problem: `its process ended (${reason})` })
        },
      })
      signal?.addEventListener('abort', onAbort, { once: true })
      child.send({ type: 'probe', provider, againstCpu })
    })
}
