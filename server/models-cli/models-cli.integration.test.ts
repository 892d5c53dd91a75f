import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../config.ts'
import { createLocalEngine } from '../engine/local-engine.ts'
import { silentLog } from '../engine/log.ts'
import { modelBytes, readModelFolder } from '../engine/model-folder.ts'
import { onlyProvider, thisMachine } from '../engine/providers.ts'
import { toyFolder } from '../engine/testing/models.ts'
import { Store } from '../models/store.ts'
import { createHub } from './hub.ts'
import { REPOSITORY } from './testing/hub.ts'
import { ID, MAIN, setUp, UNET, visible } from './testing/set-up.ts'

describe('npm run models', () => {
  it('adds a model that then paints, tells its bytes, and verifies, chooses and removes it', async () => {
    await using setup = await setUp()
    await setup.run('add', ID)
    expect(setup.printed.join('')).toMatch(/100%.*of 20 kB/)
    await using engine = await createLocalEngine({ modelDir: join(setup.installed, ID), log: silentLog })
    expect(engine.info).toMatchObject({ id: ID, name: 'Toy', strengthSemantics: 'lcm' })
    await setup.run('verify', ID)
    expect(setup.printed.at(-1)).toBe('toy: every file is as it was installed')
    await setup.run('use', ID)
    expect(await setup.run('list')).toBeUndefined()
    expect(setup.printed.join('\n')).toContain('* toy  installed')
    expect(setup.printed.join('\n')).not.toContain('UNTRIED')
    await setup.run('remove', ID)
    expect(await visible(setup.installed)).toEqual([])
    expect(new Store(setup.root).chosen()).toBe('pocket')
  })

  it('says at the head of the list and at each entry what nobody has tried', async () => {
    await using setup = await setUp()
    const path = join(setup.root, 'models/catalog.json')
    const models = (await readFile(path, 'utf8')).replace('"tried":true', '"tried":false')
    await writeFile(path, models)
    await setup.run('list')
    expect(setup.printed[1]).toMatch(
      /^ {2}UNTRIED: 1 of the 1 below were never downloaded or run by this project/,
    )
    expect(setup.printed).toContain('  toy  UNTRIED, not installed, 0.1 GB, MIT')
  })

  it('continues after a break where it stopped, in the same run and in the next', async () => {
    await using setup = await setUp()
    setup.breakAfter(300)
    await setup.run('add', ID, { retryDelaysMs: [0] })
    expect(setup.hub.served.filter((line) => line.startsWith(`${UNET} `))).toEqual([
      `${UNET} 0`,
      `${UNET} 300`,
    ])
    await setup.run('remove', ID)
    setup.hub.served.length = 0
    setup.breakAfter(500)
    setup.printed.length = 0
    const broken = setup.run('add', ID, { isTerminal: true })
    await expect(broken).rejects.toThrow(/connection to .* failed .*run the same command again/)
    // What has arrived stays told, as it stays on the disk.
    const percent = setup.printed.flatMap((text) => /(\d+)%/.exec(text)?.[1] ?? []).map(Number)
    expect(percent.at(-1)).toBe(Math.max(...percent))
    expect(percent.at(-1)).toBeGreaterThan(0)
    expect(await visible(setup.installed)).toEqual([])
    await setup.run('add', ID)
    expect(setup.hub.served.filter((line) => line.startsWith(`${UNET} `))).toEqual([
      `${UNET} 0`,
      `${UNET} 500`,
    ])
    await setup.run('verify', ID)
  })

  it('tells before the first byte that the machine has no memory for it', async () => {
    await using setup = await setUp()
    const servedAtNotes: number[] = []
    const write = (text: string) => {
      if (text.startsWith('Note: Toy needs at least')) servedAtNotes.push(setup.hub.served.length)
    }
    const memory = () => ({ totalBytes: 100, freeBytes: 100 })
    await setup.run('add', ID, { memory, write })
    expect(servedAtNotes).toEqual([0, setup.hub.served.length])
    await setup.run('add', toyFolder('sd-turbo-half'), {
      memory,
      write: (text) => void setup.printed.push(text),
    })
    expect(setup.printed.join('')).toMatch(/Note: .* needs at least/)
  })

  it('starts a file over that changed between two runs', async () => {
    await using setup = await setUp()
    const before = setup.hub.files.get(UNET) ?? Buffer.alloc(0)
    setup.hub.files.set(UNET, Buffer.alloc(before.length, 1))
    setup.breakAfter(500)
    await expect(setup.run('add', ID)).rejects.toThrow(/run the same command again/)
    setup.hub.files.set(UNET, before)
    await setup.run('add', ID)
    expect(setup.hub.served.filter((line) => line.startsWith(`${UNET} `))).toEqual([`${UNET} 0`, `${UNET} 0`])
    await setup.run('verify', ID)
  })

  it.skipIf(onlyProvider(thisMachine()) === undefined)(
    'does not choose a float16 model for a CPU that has no room for it in float32',
    async () => {
      await using setup = await setUp()
      const folder = toyFolder('sd-turbo-half')
      await setup.run('add', folder)
      const { manifest } = await readModelFolder(folder)
      const totalBytes = await modelBytes(folder, manifest, 'cuda')
      const memory = () => ({ totalBytes, freeBytes: totalBytes })
      await expect(setup.run('use', 'sd-turbo-half', { memory })).rejects.toThrow(/memory on provider cpu/)
      expect(new Store(setup.root).chosen()).toBe('pocket')
    },
  )

  it('takes a local folder as a link, and leaves it alone when it is removed', async () => {
    await using setup = await setUp()
    const folder = toyFolder('sd-turbo-half')
    await setup.run('add', folder)
    await setup.run('use', 'sd-turbo-half')
    await setup.run('remove', 'sd-turbo-half')
    expect(existsSync(join(folder, UNET))).toBe(true)
    await expect(setup.run('add', tmpdir())).rejects.toThrow(/neither manifest.json nor/i)
    await expect(setup.run('add', './nowhere')).rejects.toThrow(/does not exist/)
  })
})

describe('what goes wrong is one sentence and leaves nothing half-installed:', () => {
  it.each<[number, RegExp]>([
    [
      401,
      /does not show someone\/some-model \(401\): it does not exist, or is private; check the id, or log in with HF_TOKEN/,
    ],
    [403, /for those who accepted its terms \(403\): accept them at/],
    [404, /has no .* \(404\); check the repository id/],
    [503, /overloaded or broken \(503\); run the same command again later/],
  ])('the hub says %i', async (status, message) => {
    await using setup = await setUp()
    setup.hub.status = status
    await expect(setup.run('add', ID)).rejects.toThrow(message)
    expect(await visible(setup.installed)).toEqual([])
  })

  it.each<[string, string, RegExp]>([
    ['a wrong id', 'no such', /no such is no model of the catalog, no folder and no repository id/],
    ['an unknown repository', 'someone/else', /\(404\); check the repository id/],
    ['an id that leaves its folder', '../..', /neither manifest.json nor|no model of the catalog/i],
  ])('%s', async (_, id, message) => {
    await using setup = await setUp()
    await expect(setup.run('add', id)).rejects.toThrow(message)
    expect(await visible(setup.installed)).toEqual([])
  })

  it('no network', async () => {
    await using setup = await setUp()
    const hub = createHub({ url: 'http://127.0.0.1:9', token: undefined })
    await expect(setup.run('add', ID, { hub })).rejects.toThrow(/connection to http:\/\/127.0.0.1:9 failed/)
  })

  it('a server that is no hub', async () => {
    await using setup = await setUp()
    setup.hub.status = 200
    await expect(setup.run('add', ID)).rejects.toThrow(
      /did not answer as a model hub does; check HF_ENDPOINT/,
    )
  })

  it('a full disk, before anything is downloaded', async () => {
    await using setup = await setUp()
    const freeBytes = () => Promise.resolve(1e6)
    await expect(setup.run('add', ID, { freeBytes })).rejects.toThrow(/disk has 1.0 MB free, .* are needed/)
    expect(setup.hub.served).toEqual([])
  })

  it('a file that is not what was listed', async () => {
    await using setup = await setUp()
    setup.hub.sizes.set(UNET, 100)
    await expect(setup.run('add', ID)).rejects.toThrow(/larger than the 100 bytes the hub lists/)
    setup.hub.sizes.set(UNET, 1e6)
    await expect(setup.run('add', ID)).rejects.toThrow(/broke off after \d+ of 1000000 bytes/)
    expect(await visible(setup.installed)).toEqual([])
  })

  it('a digest of the catalog that does not fit, and the good file is fetched anew', async () => {
    await using setup = await setUp()
    const path = join(setup.root, 'models/catalog.json')
    const catalog = await readFile(path, 'utf8')
    await writeFile(path, catalog.replace('"parts"', `"sha256":{"${UNET}":"${'0'.repeat(64)}"},"parts"`))
    await expect(setup.run('add', ID)).rejects.toThrow(/unet\/model.onnx has sha256 .*, expected 000/)
    await writeFile(path, catalog)
    await setup.run('add', ID)
    await setup.run('verify', ID)
  })

  it('a repository without ONNX files, or with a model that does not fit', async () => {
    await using setup = await setUp()
    const unet = setup.hub.files.get(UNET) ?? Buffer.alloc(0)
    setup.hub.files.delete(UNET)
    await expect(setup.run('add', ID)).rejects.toThrow(
      /not a model in the ONNX layout: it has no unet\/model.onnx/,
    )
    setup.hub.files.set(UNET, unet)
    setup.hub.files.set(
      'scheduler/scheduler_config.json',
      Buffer.from('{"_class_name":"PNDMScheduler","beta_schedule":"x"}'),
    )
    await expect(setup.run('add', ID)).rejects.toThrow(
      /^Toy is not installed, what was downloaded is deleted: toy\/scheduler.* beta_schedule x, expected/,
    )
    expect(await readdir(setup.installed)).toEqual([])
  })

  it('a stop by hand, which the next run continues', async () => {
    await using setup = await setUp()
    const stop = new AbortController()
    const write = (text: string) => void (text.includes('%') && stop.abort())
    await expect(setup.run('add', ID, { signal: stop.signal, write })).rejects.toThrow(/Interrupted/)
    expect(await visible(setup.installed)).toEqual([])
    await setup.run('add', ID)
  })

  it('and the command ends with another code than 0', async () => {
    await using setup = await setUp()
    const env = { ...process.env, SKETCHWIRE_HUB: setup.hub.url, SKETCHWIRE_MODELS_ROOT: setup.root }
    const run = (...args: string[]) => promisify(execFile)(process.execPath, [MAIN, ...args], { env })
    await expect(run('use', 'none')).rejects.toMatchObject({
      code: 1,
      stderr: 'none is not installed; "npm run models -- list" shows what is installed and what can be\n',
    })
    await expect(run('nonsense')).rejects.toMatchObject({ code: 1 })
    const { stdout } = await run('add', REPOSITORY)
    expect(stdout).toContain('toy is installed')
  })
})

describe('npm start', () => {
  it('runs what was chosen, unless SKETCHWIRE_MODEL says otherwise', async () => {
    await using setup = await setUp()
    await setup.run('add', ID)
    await setup.run('use', ID)
    const modelDir = join(setup.installed, ID)
    expect(readConfig({}, {}, setup.root)).toMatchObject({ modelDir })
    expect(readConfig({ SKETCHWIRE_MODEL: 'elsewhere' }, {}, setup.root)).toMatchObject({
      modelDir: resolve('elsewhere'),
    })
    await writeFile(join(setup.installed, 'choice.json'), '{"model":"../../etc"}')
    expect(readConfig({}, {}, setup.root).modelDir).toBe(join(setup.root, 'models/pocket'))
  })
})
