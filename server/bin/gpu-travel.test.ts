import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LIMIT_BYTES, travelBytes } from './gpu-travel.mjs'

const HEADER = 512

describe('what travels to a lent machine', () => {
  let root = ''
  const write = (path: string, bytes: number) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), Buffer.alloc(bytes, 'x'))
  }
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, stdio: 'pipe' })

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'gpu-travel-'))
    git('init', '-q')
    writeFileSync(join(root, '.gitignore'), '/.gpu/\n/dist/\n')
    write('tracked', 1024)
    write('deleted', 4096)
    git('add', '.')
    rmSync(join(root, 'deleted'))
    write('dist/main.js', 50_000)
    write('.gpu/node.tar.xz', 10_240)
    write('.gpu/bench.tar.xz', 1)
  })
  afterAll(() => rmSync(root, { recursive: true }))

  /** The rule file and the tracked file, each with its header and whole blocks of 512 bytes. */
  const own = HEADER + 512 + HEADER + 1024

  it('is what git tracks and still is there, and nothing that it ignores', () => {
    expect(travelBytes(root, [])).toBe(own)
  })

  it('is besides what is named of the ignored, by file or by folder', () => {
    expect(travelBytes(root, ['.gpu/node.tar.xz'])).toBe(own + HEADER + 10_240)
    expect(travelBytes(root, ['.gpu'])).toBe(own + HEADER + 10_240 + HEADER + 512)
    expect(travelBytes(root, ['.gpu/none'])).toBe(own)
  })

  it('is what git would track, and shared/ whether or not, links as links', () => {
    write('untracked', 2048)
    symlinkSync('untracked', join(root, 'link'))
    const link = HEADER + 512
    expect(travelBytes(root, [])).toBe(own + HEADER + 2048 + link)
    mkdirSync(join(root, '.git/info'), { recursive: true })
    writeFileSync(join(root, '.git/info/exclude'), '/shared/\n')
    write('shared/docs/task.md', 512)
    expect(travelBytes(root, [])).toBe(own + HEADER + 2048 + link + HEADER + 512)
  })

  it('may weigh 64 MiB', () => expect(LIMIT_BYTES).toBe(67_108_864))
})
