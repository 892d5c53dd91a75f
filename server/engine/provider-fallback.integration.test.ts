import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { generateWhenFree, jobFor } from './engine.contract.ts'
import { createLocalEngine } from './local-engine.ts'
import type { EngineLog } from './log.ts'
import type { Candidate, ProviderName } from './providers.ts'
import { TOY_MODEL } from './testing/models.ts'

/** Real child processes whose devices fail as the name of the provider says. */
const workerUrl = pathToFileURL(fileURLToPath(new URL('./testing/faulty-worker.mjs', import.meta.url)))

async function open(providers: readonly string[], asked = 'auto') {
  const lines: string[] = []
  const reasons: unknown[] = []
  const note = (fields: object, message: string) => {
    lines.push(message)
    if ('reason' in fields) reasons.push(fields.reason)
  }
  const log: EngineLog = { info: note, warn: note }
  const candidates = providers.map((provider): Candidate => ({
    provider: provider as ProviderName,
    lacks: undefined,
  }))
  const engine = await createLocalEngine({ modelDir: TOY_MODEL, workerUrl, provider: asked, candidates, log })
  return { engine, lines, reasons }
}

describe('a provider that fails while it runs', () => {
  it.each(['cuda', 'webgpu'])(
    'fails the frame retryably, and after three in a minute gives way: %s',
    async (provider) => {
      const { engine, lines } = await open([provider, 'cpu'])
      await using _ = engine
      expect(engine.info.provider).toBe(provider)
      expect(engine.state().detail).toBeUndefined()
      const job = await jobFor(engine)
      for (let i = 0; i < 3; i++)
        await expect(generateWhenFree(engine, job)).rejects.toMatchObject({ code: 'engine_crashed' })
      expect((await generateWhenFree(engine, job)).image).toEqual(Uint8Array.of(1))
      expect(engine.info.provider).toBe('cpu')
      expect(engine.state()).toEqual({
        name: 'ready',
        detail: `Running on cpu since ${provider} failed 3 times in a minute`,
      })
      // Why is in the log: whoever reads this may be anybody (SPEC E2).
      expect(engine.providerReason).toBe(`Running on cpu since ${provider} failed 3 times in a minute`)
      expect(lines).toContain('the model runs on cpu from now on')
    },
  )

  it('gives way to the next that works, not to one that fails its probe', async () => {
    const { engine, reasons } = await open(['cuda', 'none', 'cpu'])
    await using _ = engine
    const job = await jobFor(engine)
    for (let i = 0; i < 3; i++)
      await expect(generateWhenFree(engine, job)).rejects.toMatchObject({ code: 'engine_crashed' })
    expect((await generateWhenFree(engine, job)).image).toEqual(Uint8Array.of(1))
    expect(engine.info.provider).toBe('cpu')
    expect(reasons.join()).toContain('none: no adapter')
    expect(engine.providerReason).toMatch(/^Running on cpu since cuda .*; none: it failed when it was tried/)
  })

  it('stays what was asked for when it was', async () => {
    const { engine } = await open(['cuda', 'cpu'], 'cuda')
    await using _ = engine
    const job = await jobFor(engine)
    for (let i = 0; i < 4; i++)
      await expect(generateWhenFree(engine, job)).rejects.toMatchObject({ code: 'engine_crashed' })
    expect(engine.info.provider).toBe('cuda')
  })
})

describe('a provider that cannot be had', () => {
  it.each(['hopeless', 'none'])('is passed over without harm: %s', async (provider) => {
    const { engine, reasons } = await open([provider, 'cpu'])
    await using _ = engine
    expect(engine.info.provider).toBe('cpu')
    expect(engine.providerReason).toContain(`${provider}: it failed when it was tried`)
    expect(reasons.join()).toMatch(provider === 'none' ? /none: no adapter/ : /hopeless: its process ended/)
  })

  it('is passed over when it cannot open this very model', async () => {
    const { engine } = await open(['unloadable', 'cpu'])
    await using _ = engine
    expect(engine.info.provider).toBe('cpu')
    expect(engine.state().detail).toBe('Running on cpu since unloadable could not run this model')
  })

  it('is refused clearly when it was asked for', async () => {
    await expect(open(['cpu'], 'hopeless')).rejects.toMatchObject({
      code: 'provider_unavailable',
      message: expect.stringMatching(/^Provider hopeless cannot be had here: its process ended.*gpu:doctor/),
    })
  })
})
