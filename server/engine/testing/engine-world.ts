// A local engine over children that are no processes, on a clock moved by hand.
import { FakeClock } from '../../../lib/std/testing/fake-clock.ts'
import type { LocalEngineOptions } from '../local-engine.ts'
import type { EngineLog } from '../log.ts'
import type { ProviderName } from '../providers.ts'
import { fakeDevices, type FakeDevice } from './fake-devices.ts'
import { TOY_MODEL } from './models.ts'

/** Lets the engine find where it goes on. */
export const settle = () => new Promise((resolve) => setImmediate(resolve))

type OnProbe = Parameters<typeof fakeDevices>[1]

export function setUp(
  onStart: (device: FakeDevice) => void,
  change: Partial<LocalEngineOptions> = {},
  onProbe?: OnProbe,
) {
  const clock = new FakeClock()
  const devices = fakeDevices(onStart, onProbe)
  const lines: string[] = []
  const log: EngineLog = {
    info: (_, message) => void lines.push(message),
    warn: (_, message) => void lines.push(message),
  }
  const candidates = candidatesOf('cuda', 'cpu')
  const { spawn } = devices
  const options = { modelDir: TOY_MODEL, spawn, clock, log, candidates, provider: 'auto', ...change }
  return { clock, devices, lines, options }
}

export const candidatesOf = (...providers: ProviderName[]) =>
  providers.map((provider) => ({ provider, lacks: undefined }))
