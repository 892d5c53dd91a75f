import { fork } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { generateWhenFree, jobFor } from './engine.contract.ts'
import { createLocalEngine } from './local-engine.ts'
import { silentLog, type EngineLog } from './log.ts'
import { copyModel, TOY_MODEL } from './testing/models.ts'

async function refusal(
  modelDir: string,
  options: { provider?: string; workerUrl?: URL; verifyHashes?: boolean } = {},
) {
  const error: unknown = await createLocalEngine({ modelDir, log: silentLog, ...options }).catch(
    (thrown: unknown) => thrown,
  )
  expect(error).toMatchObject({ name: 'AppError' })
  return error as { code: string; message: string }
}

describe('a model folder that cannot be used is said at start', () => {
  it('with a missing file', async () => {
    await using copy = await copyModel(TOY_MODEL)
    await rm(join(copy.dir, 'tokenizer.json'))
    expect(await refusal(copy.dir)).toMatchObject({
      code: 'model_missing_file',
      message: expect.stringContaining('tokenizer.json'),
    })
  })

  it('with a wrong hash', async () => {
    await using copy = await copyModel(TOY_MODEL)
    await writeFile(join(copy.dir, 'tokenizer.json'), '{}')
    expect(await refusal(copy.dir)).toMatchObject({
      code: 'model_wrong_hash',
      message: expect.stringContaining('install the model again'),
    })
  })

  it('with graphs that take something else than the manifest says', async () => {
    await using copy = await copyModel(TOY_MODEL)
    await copy.edit((m) => ({ ...m, latents: { ...m.latents, imageLatents: 'none' } }))
    const { code, message } = await refusal(copy.dir)
    expect(code).toBe('model_unexpected_io')
    expect(message).toContain(
      'unet.64x64.onnx: sample is float32[1,8,8,8], expected float32|float16[1,4,8,8]',
    )
  })

  it('with a graph that is none', async () => {
    await using copy = await copyModel(TOY_MODEL)
    await writeFile(join(copy.dir, 'unet.64x64.onnx'), 'not a graph')
    await copy.edit((m) => ({ ...m, bytes: {} }))
    const { code, message } = await refusal(copy.dir, { verifyHashes: false })
    expect(code).toBe('model_unloadable')
    expect(message).toContain('unet.64x64.onnx')
  })

  it('with a schedule that cannot be', async () => {
    await using copy = await copyModel(TOY_MODEL)
    await copy.edit((m) => ({ ...m, scheduler: { ...m.scheduler, betaStart: 2 } }))
    expect(await refusal(copy.dir)).toMatchObject({
      code: 'model_invalid_manifest',
      message: expect.stringContaining('betaStart'),
    })
  })

  it('with a provider this machine has not', async () => {
    const { code, message } = await refusal(TOY_MODEL, { provider: 'nosuchprovider' })
    expect(code).toBe('provider_unavailable')
    expect(message).toMatch(/^Provider nosuchprovider cannot be had here: .*"npm run gpu:doctor"/)
  })

  it('and so is a child that is not built, or does not start, with its last words', async () => {
    const missing = await refusal(TOY_MODEL, { workerUrl: new URL('file:///nowhere/slot-worker.js') })
    expect(missing).toMatchObject({
      code: 'engine_unstartable',
      message: expect.stringContaining('npm run build:server'),
    })
    await using copy = await copyModel(TOY_MODEL)
    const path = join(copy.dir, 'worker.mjs')
    await writeFile(path, 'throw new Error("no luck today")')
    const failing = await refusal(TOY_MODEL, { workerUrl: new URL(`file://${path}`) })
    expect(failing.code).toBe('engine_unstartable')
    expect(failing.message).toMatch(/3 times.*no luck today/)
  })
})

describe('a model folder broken while running', () => {
  it('E2 leaves the engine degraded, with the reason in the log alone, and it recovers when repaired', async () => {
    await using copy = await copyModel(TOY_MODEL)
    const reasons: unknown[] = []
    const log: EngineLog = {
      info: () => undefined,
      warn: (fields) => 'reason' in fields && reasons.push(fields.reason),
    }
    await using engine = await createLocalEngine({ modelDir: copy.dir, log })
    await rm(join(copy.dir, 'text_encoder.onnx'))
    for (const pid of engine.pids) process.kill(pid, 'SIGKILL')
    await expect
      .poll(() => reasons, { timeout: 20_000 })
      .toContainEqual(expect.stringContaining('text_encoder.onnx'))
    expect(engine.state().name).toBe('degraded')
    expect(engine.state().detail).not.toContain(copy.dir)
    await copyFile(join(TOY_MODEL, 'text_encoder.onnx'), join(copy.dir, 'text_encoder.onnx'))
    await engine.whenFree(AbortSignal.timeout(20_000))
    expect((await generateWhenFree(engine, await jobFor(engine))).image.length).toBeGreaterThan(0)
  })
})

describe('the child process', () => {
  it('ends with its parent', async () => {
    const worker = fileURLToPath(new URL('../../dist/server/engine/slot-worker.js', import.meta.url))
    const child = fork(worker, [], { serialization: 'advanced', execArgv: [] })
    child.send({ type: 'start', config: { modelDir: TOY_MODEL, provider: 'cpu', threads: 1 } })
    let type = 'progress'
    while (type === 'progress') [{ type }] = (await once(child, 'message')) as [{ type: string }]
    expect(type).toBe('ready')
    child.kill('SIGINT')
    child.kill('SIGTERM')
    child.disconnect()
    expect(await once(child, 'exit')).toEqual([0, null])
  })
})
