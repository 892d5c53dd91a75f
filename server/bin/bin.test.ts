import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkNode } from './node-version.mjs'
import { isStale, markBuilt } from './stale.mjs'

describe('checkNode', () => {
  it('passes the versions the socket package has binaries for', () => {
    for (const version of ['20.19.0', '20.20.2', '22.12.0', '24.3.0', '25.1.0']) {
      expect(checkNode(version)).toBeUndefined()
    }
  })

  it('answers any other version with one sentence that names it and what to install', () => {
    for (const version of ['18.20.0', '20.18.3', '22.1.0', '23.5.0', '26.0.0']) {
      expect(checkNode(version)).toMatch(new RegExp(`needs Node 20.19\\+.*this is ${version}.*npm start`))
    }
  })

  it('says the same as "engines" in package.json', () => {
    const { engines } = JSON.parse(readFileSync('package.json', 'utf8'))
    expect(engines.node).toBe('^20.19.0 || ^22.12.0 || ^24.0.0 || ^25.0.0')
  })
})

describe('what npm start builds again', () => {
  const home = process.cwd()
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stale-'))
    process.chdir(folder)
    mkdirSync('src/deep', { recursive: true })
    writeFileSync('src/deep/a.ts', '')
    writeFileSync('out.js', '')
  })
  afterEach(() => {
    process.chdir(home)
    rmSync(folder, { recursive: true })
  })
  const part = { name: 'part', output: 'out.js', sources: ['src', 'gone.json'] }
  const touch = (path: string, secondsFromNow: number) => {
    const at = Date.now() / 1000 + secondsFromNow
    utimesSync(path, at, at)
  }

  it('is what was never built, what lost its output, and what has a newer source', () => {
    expect(isStale(part)).toBe(true)
    markBuilt(part)
    expect(isStale(part)).toBe(false)
    touch('src/deep/a.ts', 10)
    expect(isStale(part)).toBe(true)
    touch('src/deep/a.ts', -10)
    rmSync('out.js')
    expect(isStale(part)).toBe(true)
  })

  it('is what was built with another licence key', () => {
    const keyed = { ...part, env: ['STALE_TEST_KEY'] }
    markBuilt(keyed)
    expect(isStale(keyed)).toBe(false)
    process.env['STALE_TEST_KEY'] = 'k1'
    expect(isStale(keyed)).toBe(true)
    markBuilt(keyed)
    expect(isStale(keyed)).toBe(false)
    delete process.env['STALE_TEST_KEY']
    expect(isStale(keyed)).toBe(true)
  })

  it('is not what only has a newer test', () => {
    markBuilt(part)
    writeFileSync('src/a.test.ts', '')
    touch('src/a.test.ts', 10)
    touch('src/deep', -10)
    expect(isStale(part)).toBe(false)
  })
})
