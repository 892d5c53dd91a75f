import type { SpawnChild } from './child.ts'
import type { LocalEngineOptions } from './local-options.ts'
import { childProbe } from './probe.ts'
import { AUTO, chooseProvider, forceProvider, ProviderLadder, type Objection } from './provider-choice.ts'
import { candidatesOf, thisMachine } from './providers.ts'
import { systemClock } from './system-clock.ts'

/** The provider that was asked for, or the first that works, with those to fall back to. */
export async function findProvider(
  options: LocalEngineOptions,
  spawn: SpawnChild,
  objection: Objection,
): Promise<ProviderLadder> {
  const { provider = 'cpu', clock = systemClock } = options
  const probe = childProbe(spawn, clock)
  const choice =
    provider === AUTO
      ? await chooseProvider(options.candidates ?? candidatesOf(thisMachine()), probe)
      : await forceProvider(provider, probe)
  return new ProviderLadder(choice, clock, objection)
}
