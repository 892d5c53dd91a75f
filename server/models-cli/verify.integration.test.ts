// What `verify` may say of a model: what it compared, and nothing else.
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { copyModel, copyModelFolder, TOY_MODEL, toyFolder } from '../engine/testing/models.ts'
import { ID, setUp } from './testing/set-up.ts'

const UNTRUSTED = /toy cannot be trusted; remove and add again/

describe('npm run models -- verify', () => {
  it('tells a damaged file from a good one, whatever it is for', async () => {
    await using setup = await setUp()
    await setup.run('add', ID)
    const change = async (file: string, edit: (bytes: Buffer) => Buffer) => {
      const path = join(setup.installed, ID, file)
      const before = await readFile(path)
      await writeFile(path, edit(before))
      await expect(setup.run('verify', ID)).rejects.toThrow(UNTRUSTED)
      expect(setup.printed.at(-1)).toBe(`toy: ${file} changed`)
      await writeFile(path, before)
    }
    const longer = (bytes: Buffer) => Buffer.concat([bytes, Buffer.from(' ')])
    const flipped = (bytes: Buffer) =>
      Buffer.from(bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 7 : byte)))
    await change('vae_decoder/model.onnx', flipped)
    for (const file of [
      'scheduler/scheduler_config.json',
      'model_index.json',
      'tokenizer/tokenizer_config.json',
    ])
      await change(file, longer)
    await change('vae_decoder/config.json', longer)
    await setup.run('verify', ID)
    expect(setup.printed.at(-1)).toBe('toy: every file is as it was installed')
  })

  it('misses what was recorded, and says all that it found', async () => {
    await using setup = await setUp()
    await setup.run('add', ID)
    const dir = join(setup.installed, ID)
    await rm(join(dir, 'model_index.json'))
    await rm(join(dir, 'unet/model.onnx_data'))
    await expect(setup.run('verify', ID)).rejects.toThrow(UNTRUSTED)
    expect(setup.printed.at(-1)).toBe('toy: unet/model.onnx_data is missing; model_index.json is missing')
  })

  it('says of a linked folder that nothing is known of its files, unless its manifest tells', async () => {
    await using setup = await setUp()
    await using folder = await copyModelFolder(toyFolder('sd-turbo-half'))
    await setup.run('add', folder.dir)
    await symlink(TOY_MODEL, join(setup.installed, 'sealed'))
    await cp(TOY_MODEL, join(setup.root, 'models/pocket'), { recursive: true })
    await setup.run('verify')
    expect(setup.printed).toContain('sealed: every file is as manifest.json says')
    expect(setup.printed).toContain('pocket: every file is as manifest.json says')
    expect(setup.printed.at(-1)).toMatch(
      /nothing to compare them with: a linked folder without manifest.json/,
    )
    await writeFile(join(setup.root, 'models/pocket/tokenizer.json'), '{}')
    await expect(setup.run('verify', 'pocket')).rejects.toThrow(/restore it: git checkout models\/pocket/)
    await rm(join(folder.dir, 'vae_encoder/model.onnx'))
    await expect(setup.run('verify')).rejects.toThrow(/cannot be trusted/)
  })

  it('says of a file that the system cannot read what it is, and goes on', async () => {
    await using setup = await setUp()
    await setup.run('add', ID)
    await using sealed = await copyModel(TOY_MODEL)
    await sealed.edit((manifest) => ({ ...manifest, bytes: {} }))
    await rm(join(sealed.dir, 'tokenizer.json'))
    await mkdir(join(sealed.dir, 'tokenizer.json'))
    await symlink(sealed.dir, join(setup.installed, 'sealed'), 'junction')
    await expect(setup.run('verify')).rejects.toThrow(/sealed cannot be trusted/)
    expect(setup.printed.find((line) => line.startsWith('sealed: '))).toMatch(
      /^sealed: it cannot be read \(EISDIR.*\); check the files' rights and the disk$/,
    )
    expect(setup.printed).toContain('toy: every file is as it was installed')
  })
})
