import { execFile, execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Store } from '../models/store.ts'
import { REPOSITORY } from './testing/hub.ts'
import { ID, MAIN, setUp, visible } from './testing/set-up.ts'

const mount = (...args: string[]) => execFileSync('mount', args, { stdio: 'ignore' })
const canMount = (() => {
  try {
    using _ = smallDisk('4k')
    return true
  } catch {
    return false
  }
})()

/** A disk of its own in memory: only for whoever may mount one. */
function smallDisk(size: string) {
  const dir = mkdtempSync(join(tmpdir(), 'sketchwire-disk-'))
  mount('-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', dir)
  return {
    dir,
    grow: (more: string) => mount('-o', `remount,size=${more}`, dir),
    /** To the last byte. */
    fill: () => {
      const file = openSync(join(dir, 'filler'), 'w')
      try {
        for (;;) if (writeSync(file, Buffer.alloc(65_536)) === 0) return
      } catch {
        return
      } finally {
        closeSync(file)
      }
    },
    [Symbol.dispose]() {
      execFileSync('umount', ['-l', dir])
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

describe('a write that fails is one sentence and leaves nothing half-installed:', () => {
  it.skipIf(!canMount)('a disk that fills up: what is there is continued from', async () => {
    using disk = smallDisk('28k')
    await using setup = await setUp(disk.dir)
    const full = /The disk is full: .* could not be written; free some space and run the same command again/
    await expect(setup.run('add', ID)).rejects.toThrow(full)
    expect(await visible(setup.installed)).toEqual([])
    disk.grow('4m')
    await setup.run('add', ID)
    await setup.run('verify', ID)
    disk.fill()
    await expect(setup.run('use', ID)).rejects.toThrow(
      /The disk is full: .*choice\.json could not be written/,
    )
    expect(new Store(setup.root).chosen()).toBe('pocket')
    expect(await visible(setup.installed)).toEqual([ID])
    // What helps a full disk does not need room on it.
    await setup.run('remove', ID)
    expect(await visible(setup.installed)).toEqual([])
  })

  it.skipIf(process.platform === 'win32')('a file that the system cuts short', async () => {
    await using setup = await setUp()
    const env = { ...process.env, SKETCHWIRE_HUB: setup.hub.url, SKETCHWIRE_MODELS_ROOT: setup.root }
    // Of 512 bytes each: the first write beyond is taken in part, without an error.
    const command = `ulimit -f 2; exec "${process.execPath}" "${MAIN}" add ${REPOSITORY}`
    await expect(promisify(execFile)('sh', ['-c', command], { env })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/could not be written \(EFBIG[^\n]*\); check the folder\n$/),
    })
    expect(await visible(setup.installed)).toEqual([])
  })
})
