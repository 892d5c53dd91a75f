// What `use` promises: it answers when the model paints, and only then.
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../lib/std/errors.ts'
import { createFakeEngine } from '../engine/fake-engine.ts'
import { silentLog } from '../engine/log.ts'
import { SwitchableEngine } from '../engine/switchable-engine.ts'
import { TOY_MODEL } from '../engine/testing/models.ts'
import { ModelSwitch } from './model-switch.ts'
import { Shelf } from './shelf.ts'
import { Store } from './store.ts'

const PLENTY = 1e12

/** Two models, of which the first runs; a test says which folders cannot be opened, and how much memory is free. */
async function setUp() {
  const root = await mkdtemp(join(tmpdir(), 'sketchwire-switch-'))
  const store = new Store(root)
  await mkdir(store.dir, { recursive: true })
  for (const id of ['first', 'second']) await symlink(TOY_MODEL, store.folderOf(id), 'junction')
  const state = { broken: [] as string[], freeBytes: PLENTY, provider: 'none' }
  const opened: string[] = []
  const open = async (folder: string) => {
    const id = ['first', 'second'].find((one) => store.folderOf(one) === folder) ?? folder
    opened.push(id)
    if (state.broken.includes(id)) throw new AppError('model_unloadable', `${folder}/unet.onnx is damaged`)
    return createFakeEngine({ info: { id, name: id, provider: state.provider } })
  }
  const first = createFakeEngine({ info: { id: 'first', name: 'first' } })
  const engine = new SwitchableEngine(first)
  const memory = () => ({ totalBytes: PLENTY, freeBytes: state.freeBytes })
  const shelf = new Shelf({ store, startedWith: TOY_MODEL, slots: 1, provider: 'cpu', memory })
  const options = { engine, shelf, open, active: 'first', slots: 1, log: silentLog, memory }
  return {
    models: new ModelSwitch(options),
    engine,
    first,
    state,
    opened,
    root,
    [Symbol.asyncDispose]: async () => {
      await engine[Symbol.asyncDispose]()
      await rm(root, { recursive: true, force: true })
    },
  }
}

/** A switch that failed, and so did putting the old one back. */
async function setUpWithNone() {
  const setup = await setUp()
  Object.assign(setup.state, { freeBytes: 0, broken: ['first', 'second'] })
  await expect(setup.models.use('second')).rejects.toMatchObject({ code: 'engine_crashed' })
  expect(setup.opened.splice(0)).toEqual(['second', 'first'])
  expect(setup.engine.state().name).toBe('degraded')
  setup.state.freeBytes = PLENTY
  return setup
}

describe('the model that is active already', () => {
  it('is not loaded again while it paints', async () => {
    await using setup = await setUp()
    expect(await setup.models.use('first')).toMatchObject({ id: 'first' })
    expect(setup.opened).toEqual([])
  })

  it('is loaded again when its engine has gone down', async () => {
    await using setup = await setUp()
    setup.first.crash()
    await setup.models.use('first')
    expect([setup.opened, setup.engine.state().name]).toEqual([['first'], 'ready'])
  })
})

describe('where neither the new model nor the old one could be loaded', () => {
  it('none is active, and none is said to go on', async () => {
    await using setup = await setUpWithNone()
    const { active, models } = await setup.models.list()
    expect([active, setup.models.active, models.filter((one) => one.active)]).toEqual(['', '', []])
    const failed = await setup.models.use('first').catch((error: AppError) => error)
    expect(failed).toMatchObject({ code: 'model_unusable' })
    expect(failed).toMatchObject({
      message: 'first could not be loaded; no model is running, choose another: first/unet.onnx is damaged',
    })
    expect([setup.opened, setup.engine.state().name]).toEqual([['first'], 'degraded'])
  })

  it('the old one is loaded when it is chosen, wherever it can run now', async () => {
    await using setup = await setUpWithNone()
    Object.assign(setup.state, { broken: [], provider: 'another' })
    expect(await setup.models.use('first')).toMatchObject({ id: 'first', provider: 'another' })
    expect([setup.opened, setup.engine.state().name]).toEqual([['first'], 'ready'])
    expect(await setup.models.list()).toMatchObject({ active: 'first' })
  })

  it('no path of this machine is told', async () => {
    await using setup = await setUp()
    Object.assign(setup.state, { freeBytes: 0, broken: ['first', 'second'] })
    const failed = await setup.models.use('second').catch((error: AppError) => error)
    expect(failed).toMatchObject({ message: expect.stringContaining('(first/unet.onnx is damaged)') })
  })
})

it('where the old one is put back it is the active one', async () => {
  await using setup = await setUp()
  Object.assign(setup.state, { freeBytes: 0, broken: ['second'] })
  await expect(setup.models.use('second')).rejects.toThrow(
    /second could not be loaded; first keeps running: /,
  )
  expect([setup.models.active, setup.engine.state().name]).toEqual(['first', 'ready'])
  expect(setup.opened).toEqual(['second', 'first'])
})
