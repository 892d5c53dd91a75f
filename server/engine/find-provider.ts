import type { SpawnChild } from './child.ts'
import { useCudaFolder } from './cuda-folder.ts'
import type { LocalEngineOptions } from './local-options.ts'
import { childProbe } from './probe.ts'
import { AUTO, chooseProvider, forceProvider, probed, type Objection, type Probe } from './provider-choice.ts'
import { ProviderLadder } from './provider-ladder.ts'
import { candidatesOf, thisMachine } from './providers.ts'
import { systemClock } from './system-clock.ts'

export interface FindOptions {
  readonly spawn: SpawnChild
  /** Why cpu cannot take over from another provider now, in words; `undefined` where it can. */
  readonly cpuRefusal: () => string | undefined
  /** Ends a probe that is under way. */
  readonly signal: AbortSignal
}

/** The provider that was asked for, or the first that works, with those to fall back to. */
export async function findProvider(
  options: LocalEngineOptions,
  { spawn, cpuRefusal, signal }: FindOptions,
): Promise<ProviderLadder> {
  const { provider = 'cpu', clock = systemClock } = options
  const unlinked = provider === 'cpu' ? undefined : useCudaFolder()
  const probe = childProbe(spawn, clock, signal)
  const choice =
    provider === AUTO
      ? await chooseProvider(options.candidates ?? candidatesOf(thisMachine(unlinked)), probe)
      : await forceProvider(provider, provider === 'cuda' ? orKnown(unlinked, probe) : probe)
  const objectionTo: Objection = async (candidate) => {
    const refusal = candidate.provider === 'cpu' ? cpuRefusal() : undefined
    return refusal === undefined ? await probed(probe)(candidate) : { why: refusal, what: refusal }
  }
  return new ProviderLadder(choice, clock, objectionTo)
}

/** What is known to be in the way needs no probe, which would say less. */
function orKnown(problem: string | undefined, probe: Probe): Probe {
  return problem === undefined ? probe : () => Promise.resolve({ problem })
}
