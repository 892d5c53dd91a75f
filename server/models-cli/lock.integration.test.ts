// Two commands about one model: the second is refused, and what the first downloads is whole.
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { toyFolder } from '../engine/testing/models.ts'
import { Store } from '../models/store.ts'
import { ID, setUp, UNET } from './testing/set-up.ts'

const REFUSED = new RegExp(`^toy is being installed or removed by process ${process.pid}; wait until`)

describe('while a model is being added', () => {
  it('a second add and a remove are refused with who does it, and the first ends well', async () => {
    await using setup = await setUp()
    const refused: unknown[] = []
    const told = (error: Error) => refused.push(error.message)
    const stopped = AbortSignal.abort()
    const others = async () => {
      // As one that is stopped by Ctrl-C: it may not cut what the first has written.
      await setup.run('add', ID, { signal: stopped }).catch(told)
      await setup.run('remove', ID).catch(told)
    }
    setup.hub.breaks.push({ path: UNET, after: 300, once: others })
    await setup.run('add', ID, { retryDelaysMs: [0] })
    expect(refused).toEqual([expect.stringMatching(REFUSED), expect.stringMatching(REFUSED)])
    expect(await readdir(setup.installed)).toEqual([ID])
    await setup.run('verify', ID)
    await setup.run('remove', ID)
    expect(await readdir(setup.installed)).toEqual([])
  })

  it('a folder of its name is not linked', async () => {
    await using setup = await setUp()
    await mkdir(setup.installed, { recursive: true })
    await writeFile(new Store(setup.root).lockOf('sd-turbo-half'), `${process.ppid}\n`)
    await expect(setup.run('add', toyFolder('sd-turbo-half'))).rejects.toThrow(/by process \d+; wait until/)
    expect((await readdir(setup.installed)).filter((name) => !name.startsWith('.'))).toEqual([])
  })
})

it('an add that was killed leaves no lock that holds: the next one continues it', async () => {
  await using setup = await setUp()
  setup.breakAfter(500)
  await expect(setup.run('add', ID)).rejects.toThrow(/run the same command again/)
  expect(await readdir(setup.installed)).toEqual([`.partial-${ID}`])
  await writeFile(join(setup.installed, `.lock-${ID}`), `${process.pid}\n`)
  await setup.run('add', ID)
  expect(setup.hub.served.at(-1)).not.toBe(`${UNET} 0`)
  await setup.run('verify', ID)
})
