import type { Clock } from '../../lib/std/clock.ts'
import type { Child, SpawnChild } from './child.ts'
import type { Probe } from './provider-choice.ts'

/** A driver that has to compile its first shaders takes seconds, one that hangs takes for ever. */
const PATIENCE_MS = 30_000

/** A probe in a child of its own: a driver that aborts, or never answers, takes that process with it and no other. */
export function childProbe(spawn: SpawnChild, clock: Clock): Probe {
  return (provider) =>
    new Promise((resolve) => {
      let problem: string | undefined = 'it ended without a word'
      const cancelTimer = clock.setTimer(() => {
        problem = `it did not answer within ${PATIENCE_MS / 1000} s`
        child.kill()
      }, PATIENCE_MS)
      const child: Child = spawn({
        onMessage: (message) => {
          if (message.type !== 'probed') return
          problem = message.problem
          child.kill()
        },
        onExit: (reason) => {
          cancelTimer()
          resolve(problem === 'it ended without a word' ? `its process ended (${reason})` : problem)
        },
      })
      child.send({ type: 'probe', provider })
    })
}
