import { cp, mkdtemp, rm, symlink, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { modelBytes, readModelFolder } from '../engine/model-folder.ts'
import { TOY_MODEL, toyFolder } from '../engine/testing/models.ts'
import { Shelf } from './shelf.ts'
import { Store } from './store.ts'

it('a float16 model that only fits a GPU is said to be too large where there can be none', async () => {
  const root = await mkdtemp(join(tmpdir(), 'sketchwire-shelf-'))
  try {
    const folder = toyFolder('sd-turbo-half')
    await mkdir(join(root, 'models/installed'), { recursive: true })
    await cp(TOY_MODEL, join(root, 'models/pocket'), { recursive: true })
    await symlink(folder, join(root, 'models/installed/half'))
    const { manifest } = await readModelFolder(folder)
    const totalBytes = await modelBytes(folder, manifest, 'cuda')
    const options = { store: new Store(root), startedWith: folder, slots: 1 }
    const memory = () => ({ totalBytes, freeBytes: totalBytes })
    const problemOn = async (provider: 'cpu' | undefined) =>
      (await new Shelf({ ...options, memory, provider }).all()).find(({ id }) => id === 'half')?.problem
    expect(await problemOn(undefined)).toBeUndefined()
    expect(await problemOn('cpu')).toMatchObject({ code: 'model_too_large' })
  } finally {
    await rm(root, { recursive: true })
  }
})
