import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keepSecretsFromChildren } from '../config.ts'
import { SECRETS } from './build.mjs'
import { checkNode } from './node-version.mjs'
import { isStale, markBuilt, sourcesDigest } from './stale.mjs'

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
  const part = { name: 'part', output: 'out.js', notes: ['notes.txt'], sources: ['src', 'gone.json'] }

  it('is what was never built, what lost its output, and what has other sources', () => {
    expect(isStale(part)).toBe(true)
    markBuilt(part)
    expect(isStale(part)).toBe(false)
    writeFileSync('src/deep/a.ts', '1')
    expect(isStale(part)).toBe(true)
    writeFileSync('src/deep/a.ts', '')
    expect(isStale(part)).toBe(false)
    rmSync('out.js')
    expect(isStale(part)).toBe(true)
  })

  it('goes by what is in the files, whatever their times say', () => {
    markBuilt(part)
    const [now, longAgo] = [Date.now() / 1000, 1_000_000]
    utimesSync('src/deep/a.ts', now + 1000, now + 1000)
    expect(isStale(part)).toBe(false)
    writeFileSync('src/deep/a.ts', 'an older version, put back with its own time')
    utimesSync('src/deep/a.ts', longAgo, longAgo)
    expect(isStale(part)).toBe(true)
  })

  it('is what lost a source, or got one', () => {
    markBuilt(part)
    writeFileSync('gone.json', '')
    expect(isStale(part)).toBe(true)
    markBuilt(part)
    rmSync('src/deep/a.ts')
    expect(isStale(part)).toBe(true)
  })

  it('is what somebody else built meanwhile, and what was changed while it was built', () => {
    markBuilt(part)
    writeFileSync('notes.txt', 'of other sources')
    expect(isStale(part)).toBe(true)
    const sources = sourcesDigest(part)
    writeFileSync('src/deep/a.ts', '2')
    markBuilt(part, sources)
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

  it('is not what only has another test', () => {
    markBuilt(part)
    writeFileSync('src/a.test.ts', '')
    expect(isStale(part)).toBe(false)
  })
})

it('keeps the same secrets from the compilers as the server from its children', () => {
  const env = Object.fromEntries(SECRETS.map((name) => [name, 'secret']))
  keepSecretsFromChildren(env)
  expect(env).toEqual({})
})
