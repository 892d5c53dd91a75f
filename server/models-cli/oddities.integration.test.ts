// What lies in models/installed and is no whole model does not keep the commands from the others.
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { INSTALL_RECORD } from '../engine/folder/config-files.ts'
import { copyModelFolder, toyFolder } from '../engine/testing/models.ts'
import { Store } from '../models/store.ts'
import { REPOSITORY } from './testing/hub.ts'
import { ID, setUp, visible } from './testing/set-up.ts'

describe('a folder under another kind of name', () => {
  it('is passed over by list and verify, and list says so', async () => {
    await using setup = await setUp()
    await setup.run('add', ID)
    for (const name of ['lost+found', 'my model']) await mkdir(join(setup.installed, name))
    await setup.run('list')
    expect(setup.printed).toContain('  toy  installed, 0.1 GB, MIT')
    expect(setup.printed.find((line) => line.includes('passed over'))).toMatch(
      /passed over in .*installed: ("lost\+found", "my model"|"my model", "lost\+found"); the name of a model is made of letters/,
    )
    await setup.run('verify', ID)
  })
})

describe('a linked model whose folder is gone', () => {
  it('is listed and verified as that, and can be removed and added again', async () => {
    await using setup = await setUp()
    await using folder = await copyModelFolder(toyFolder('sd-turbo-half'))
    const id = folder.dir.split(/[/\\]/).at(-1) ?? ''
    await setup.run('add', ID)
    await setup.run('add', folder.dir)
    await setup.run('use', id)
    await rename(folder.dir, `${folder.dir}-away`)
    await setup.run('list')
    expect(setup.printed).toContain(`* ${id}  installed as a link to ${folder.dir}, which is gone`)
    await expect(setup.run('verify')).rejects.toThrow(/cannot be trusted/)
    expect(setup.printed).toContain(`${id}: it is a link to ${folder.dir}, which is gone`)
    expect(setup.printed).toContain('toy: every file is as it was installed')
    // Nor does a bundled model that is not there, as in this test's folder, keep verify from the others.
    expect(setup.printed.find((line) => line.startsWith('pocket: '))).toMatch(/which does not exist/)
    await setup.run('remove', id)
    expect(await visible(setup.installed)).toEqual([ID])
    await rename(`${folder.dir}-away`, folder.dir)
    await setup.run('add', folder.dir)
    await setup.run('verify', id)
  })
})

describe('what add was called with', () => {
  it('names the model to the other commands as well, be it a repository or a folder', async () => {
    await using setup = await setUp()
    await using folder = await copyModelFolder(toyFolder('sd-turbo-half'))
    const id = folder.dir.split(/[/\\]/).at(-1) ?? ''
    await setup.run('add', REPOSITORY)
    await setup.run('add', folder.dir)
    for (const [asked, expected] of [
      [REPOSITORY, ID],
      [folder.dir, id],
    ] as const) {
      await setup.run('use', asked)
      expect(new Store(setup.root).chosen()).toBe(expected)
      await setup.run('verify', asked)
      expect(setup.printed.at(-1)).toMatch(new RegExp(`^${expected}: every file`))
      await setup.run('remove', asked)
      expect(setup.printed.at(-1)).toMatch(new RegExp(`^${expected} is removed`))
    }
    expect(await visible(setup.installed)).toEqual([])
  })

  it('is not another folder of the same name', async () => {
    await using setup = await setUp()
    await using folder = await copyModelFolder(toyFolder('sd-turbo-half'))
    const id = folder.dir.split(/[/\\]/).at(-1) ?? ''
    const other = join(setup.root, id)
    await mkdir(other)
    await setup.run('add', folder.dir)
    await expect(setup.run('remove', other)).rejects.toThrow(
      `${other} is not installed; install it with: npm run models -- add ${other}`,
    )
    expect(await visible(setup.installed)).toEqual([id])
    await rename(folder.dir, `${folder.dir}-away`)
    await setup.run('remove', folder.dir)
    expect(await visible(setup.installed)).toEqual([])
    await rename(`${folder.dir}-away`, folder.dir)
  })

  it('is named in the refusal where nothing of it is installed', async () => {
    await using setup = await setUp()
    await expect(setup.run('use', 'someone/else')).rejects.toThrow(
      'someone/else is not installed; install it with: npm run models -- add someone/else',
    )
    await expect(setup.run('remove', 'no such thing')).rejects.toThrow(
      /is no model of the catalog, no folder/,
    )
  })
})

describe('list', () => {
  it('goes on after a model whose record is damaged', async () => {
    await using setup = await setUp()
    for (const id of ['damaged', 'other']) await mkdir(join(setup.installed, id), { recursive: true })
    await writeFile(join(setup.installed, 'damaged', INSTALL_RECORD), '{')
    await setup.run('list')
    const lines = setup.printed.join('\n')
    expect(lines).toMatch(/damaged {2}installed, but .* is damaged .*; remove the model and add it again/)
    expect(lines).toContain('other  installed')
  })

  it('says that what is chosen is not there, and how to go back', async () => {
    await using setup = await setUp()
    await setup.run('add', ID)
    await setup.run('use', ID)
    await rm(join(setup.installed, ID), { recursive: true })
    await setup.run('list')
    expect(setup.printed).toContain(
      '* toy  chosen, but not installed: npm run models -- use pocket goes back',
    )
  })

  it('marks what npm start runs when the choice is no name of a model', async () => {
    await using setup = await setUp()
    await mkdir(new Store(setup.root).dir, { recursive: true })
    await writeFile(join(setup.installed, 'choice.json'), '{"model":"../../etc"}')
    await setup.run('list')
    expect(setup.printed).toContain('* pocket  bundled, MIT')
  })
})
