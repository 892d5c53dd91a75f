// Who may work on a model: one command at a time, and none that is gone.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Store } from '../models/store.ts'
import { withLock } from './lock.ts'

const ID = 'toy'

async function setUp() {
  const root = await mkdtemp(join(tmpdir(), 'sketchwire-lock-'))
  const store = new Store(root)
  await mkdir(store.dir, { recursive: true })
  const path = store.lockOf(ID)
  return { store, path, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) }
}

async function endedProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  return child.pid ?? 0
}

describe('a model that a command works on', () => {
  it('is locked with its number for as long, and for others not', async () => {
    await using setup = await setUp()
    const { store, path } = setup
    const text = await withLock(store, ID, async () => {
      const other = await withLock(store, 'other', () => Promise.resolve('other'))
      return [other, await readFile(path, 'utf8')]
    })
    expect(text).toEqual(['other', `${process.pid}\n`])
    expect(existsSync(path)).toBe(false)
    await expect(withLock(store, ID, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(existsSync(path)).toBe(false)
  })

  it('is refused to a second one, with who holds it and the remedy, and stays locked', async () => {
    await using setup = await setUp()
    const { store, path } = setup
    const never = () => Promise.reject(new Error('it ran'))
    await withLock(store, ID, async () => {
      await expect(withLock(store, ID, never)).rejects.toThrow(`by process ${process.pid}; wait until`)
      expect(existsSync(path)).toBe(true)
    })
    await writeFile(path, `${process.ppid}\n`)
    await expect(withLock(store, ID, never)).rejects.toMatchObject({
      code: 'locked',
      message: `toy is being installed or removed by process ${process.ppid}; wait until that has ended, or stop it there with Ctrl-C and run the same command again. If no such command runs, delete ${path}`,
    })
    expect(await readFile(path, 'utf8')).toBe(`${process.ppid}\n`)
  })
})

describe('a lock is taken over', () => {
  it.each<[string, () => Promise<string>]>([
    ['whose process is gone', async () => `${await endedProcess()}\n`],
    ['of an earlier process with the number of this one', () => Promise.resolve(`${process.pid}\n`)],
    ['that was never written', () => Promise.resolve('')],
  ])('%s', async (_, written) => {
    await using setup = await setUp()
    const { store, path } = setup
    await writeFile(path, await written())
    expect(await withLock(store, ID, () => readFile(path, 'utf8'))).toBe(`${process.pid}\n`)
    expect(await readdir(store.dir)).toEqual([])
  })
})
