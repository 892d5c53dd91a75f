// What lies in models/installed beside models, and links that lead nowhere.
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readConfig } from '../config.ts'
import { TOY_MODEL } from '../engine/testing/models.ts'
import { Shelf } from './shelf.ts'
import { Store } from './store.ts'

const STRANGERS = ['@eaDir', 'lost+found', 'my model', 'pocket']

async function setUp() {
  const root = await mkdtemp(join(tmpdir(), 'sketchwire-store-'))
  const store = new Store(root)
  await mkdir(store.dir, { recursive: true })
  return { root, store, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) }
}

it('folders that no model can be called after are passed over, and told apart', async () => {
  await using setup = await setUp()
  const { store } = setup
  for (const name of [...STRANGERS, 'toy', '.partial-other']) await mkdir(join(store.dir, name))
  expect(await store.ids()).toEqual(['toy'])
  expect([...(await store.strangers())].sort()).toEqual(STRANGERS)
  const shelf = new Shelf({ store, startedWith: TOY_MODEL, slots: 1, provider: 'cpu' })
  expect((await shelf.all()).map(({ id }) => id)).toEqual(['pocket', 'toy', 'toy-model'])
})

it('a link whose folder is gone is there, says where it led, and can be removed', async () => {
  await using setup = await setUp()
  const { store } = setup
  const gone = join(setup.root, 'gone')
  await symlink(gone, join(store.dir, 'linked'), 'junction')
  expect([store.has('linked'), await store.ids()]).toEqual([true, ['linked']])
  expect(await store.goneTarget('linked')).toBe(gone)
  await mkdir(gone)
  expect(await store.goneTarget('linked')).toBeUndefined()
  await rm(gone, { recursive: true })
  await store.remove('linked')
  expect([store.has('linked'), await store.goneTarget('linked')]).toEqual([false, undefined])
})

it.each(['{"model":"../../etc"}', '{"model":7}', 'cut sho', '{"model":"pocket"}'])(
  'with the choice %s it is the bundled model, of the folder that models are kept in, that is started',
  async (choice) => {
    await using setup = await setUp()
    await writeFile(join(setup.store.dir, 'choice.json'), choice)
    expect(setup.store.chosen()).toBe('pocket')
    const env = { SKETCHWIRE_MODELS_ROOT: setup.root }
    expect(readConfig(env).modelDir).toBe(join(setup.root, 'models/pocket'))
  },
)

it('what was chosen is started from where it was installed', async () => {
  await using setup = await setUp()
  await setup.store.choose('toy')
  expect(setup.store.chosen()).toBe('toy')
  expect(readConfig({ SKETCHWIRE_MODELS_ROOT: setup.root }).modelDir).toBe(setup.store.folderOf('toy'))
})
