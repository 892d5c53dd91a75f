// Which provider takes over from one that fails while it runs.
import { describe, expect, it } from 'vitest'
import { createLocalEngine } from './local-engine.ts'
import { candidatesOf, settle, setUp } from './testing/engine-world.ts'
import type { FakeDevice } from './testing/fake-devices.ts'

describe('the next provider is chosen as the first was', () => {
  const candidates = candidatesOf('cuda', 'webgpu', 'cpu')
  const healthy = (device: FakeDevice) => {
    device.ready()
    device.works()
  }
  async function failThrice({ clock, devices }: Pick<ReturnType<typeof setUp>, 'clock' | 'devices'>) {
    for (let i = 0; i < 3; i++) {
      await settle()
      clock.advance(5000)
      devices.last.dies()
    }
  }

  it('it is probed when it is needed, and a driver without a GPU is passed over', async () => {
    const slow = { problem: undefined, slow: 'it is slower than the CPU' }
    const world = setUp(healthy, { candidates }, (provider) =>
      provider === 'webgpu' ? slow : { problem: undefined },
    )
    await using engine = await createLocalEngine(world.options)
    expect(world.devices.probes).toEqual(['cuda'])
    await failThrice(world)
    await settle()
    world.clock.advance(5000)
    expect(world.devices.probes).toEqual(['cuda', 'webgpu'])
    expect(world.devices.started.map(({ config }) => config.provider)).toEqual([
      'cuda',
      'cuda',
      'cuda',
      'cpu',
    ])
    expect(engine.state()).toEqual({
      name: 'ready',
      detail: 'Running on cpu since cuda failed 3 times in a minute',
    })
    expect(engine.providerReason).toContain('; webgpu: it is slower than the CPU')
  })

  it('nothing is started on the one that failed until the next has answered, or has not', async () => {
    const world = setUp(healthy, { candidates }, (provider) =>
      provider === 'webgpu' ? undefined : { problem: undefined },
    )
    await using engine = await createLocalEngine(world.options)
    await failThrice(world)
    world.clock.advance(29_000)
    await settle()
    expect([world.devices.started.length, engine.state().name]).toEqual([3, 'degraded'])
    world.clock.advance(1000)
    await settle()
    world.clock.advance(5000)
    expect([world.devices.last.config.provider, engine.state().name]).toEqual(['cpu', 'ready'])
  })

  it('where there is none it goes on as before', async () => {
    const world = setUp(healthy, { candidates: candidatesOf('cuda', 'webgpu') }, (provider) => ({
      problem: provider === 'webgpu' ? 'no adapter' : undefined,
    }))
    await using engine = await createLocalEngine(world.options)
    await failThrice(world)
    await settle()
    world.clock.advance(5000)
    expect(world.devices.started).toHaveLength(4)
    expect([engine.info.provider, engine.state()]).toEqual(['cuda', { name: 'ready', detail: undefined }])
    expect(world.lines).toContain('no other provider can take over')
  })

  it('closing the engine ends the probe', async () => {
    const world = setUp(healthy, { candidates }, (provider) =>
      provider === 'webgpu' ? undefined : { problem: undefined },
    )
    const engine = await createLocalEngine(world.options)
    await failThrice(world)
    await settle()
    expect(world.devices.probes).toEqual(['cuda', 'webgpu'])
    await engine[Symbol.asyncDispose]()
    expect([world.clock.pending, world.devices.started.length]).toEqual([0, 3])
  })
})
