import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkInstalled } from './installed.mjs'

describe('whether node_modules is what the lock file says', () => {
  const home = process.cwd()
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'installed-'))
    process.chdir(folder)
    mkdirSync('node_modules')
  })
  afterEach(() => {
    process.chdir(home)
    rmSync(folder, { recursive: true })
  })

  const asked = {
    '': { name: 'sketchwire', version: '0.1.0' },
    'node_modules/next': { version: '16.4.5' },
    'node_modules/next/node_modules/postcss': { version: '8.5.0' },
    'node_modules/vitest': { version: '3.2.4', dev: true },
    'node_modules/typescript': { version: '5.9.3', devOptional: true },
    'node_modules/@esbuild/aix-ppc64': { version: '0.28.2', dev: true, optional: true },
    'node_modules/@img/sharp-darwin-x64': { version: '0.35.5', optional: true },
  }
  const lock = (file: string, packages: object) =>
    writeFileSync(file, JSON.stringify({ lockfileVersion: 3, packages }))
  const install = (change: Record<string, object | undefined> = {}) => {
    lock('package-lock.json', asked)
    const { '': _root, ...packages } = { ...asked, ...change }
    lock('node_modules/.package-lock.json', packages)
  }

  it('has nothing to say about what npm ci left, without what other machines need', () => {
    install({ 'node_modules/@esbuild/aix-ppc64': undefined, 'node_modules/@img/sharp-darwin-x64': undefined })
    expect(checkInstalled({ forBuilding: true })).toBeUndefined()
  })

  it('names a package of another version, and how to get the right one', () => {
    install({ 'node_modules/next': { version: '16.4.4' } })
    const sentence =
      'node_modules is not what package-lock.json says (next is 16.4.4, not 16.4.5): run "npm ci --include=dev".'
    expect(checkInstalled({ forBuilding: false })).toBe(sentence)
  })

  it('asks for development packages only where something is to be built', () => {
    install({ 'node_modules/vitest': undefined, 'node_modules/typescript': undefined })
    expect(checkInstalled({ forBuilding: false })).toBeUndefined()
    expect(checkInstalled({ forBuilding: true })).toContain('(vitest is missing, and 1 more)')
  })

  it('names a package below another one by its own name', () => {
    install({ 'node_modules/next/node_modules/postcss': undefined })
    expect(checkInstalled({ forBuilding: false })).toContain('(postcss is missing)')
  })

  it('knows nothing without either list, or with one that cannot be read', () => {
    expect(checkInstalled({ forBuilding: true })).toBeUndefined()
    install({ 'node_modules/next': undefined })
    writeFileSync('node_modules/.package-lock.json', '{"packages": {')
    expect(checkInstalled({ forBuilding: true })).toBeUndefined()
    rmSync('node_modules/.package-lock.json')
    expect(checkInstalled({ forBuilding: true })).toBeUndefined()
  })
})
