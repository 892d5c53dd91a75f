import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { installedFiles, installerCall } from './nuget.ts'

/** What `npm run` sets, and this repository's .npmrc. */
const NPM = {
  npm_config_onnxruntime_node_install: 'skip',
  npm_package_json: '/somewhere/package.json',
  npm_config_local_prefix: '/somewhere',
}
const node = (args: readonly string[], env: NodeJS.ProcessEnv) =>
  spawnSync(process.execPath, [...args], { env, encoding: 'utf8', timeout: 20_000 })
const home = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'))

describe("onnxruntime-node's own installer", () => {
  it('is given a flag that its parser takes for "install"', () => {
    const { args, options } = installerCall({ ...process.env, ...NPM })
    const utils = JSON.stringify(join(home, 'script/install-utils.js'))
    const ask = `console.log(JSON.stringify(require(${utils}).parseInstallFlag()))`
    const flags = args.slice(1)
    expect(node(['-e', ask, '--', ...flags], options.env).stdout.trim()).toBe('true')
  })

  it.runIf(process.platform === 'linux' && process.arch === 'x64')(
    'asks for the files, also from within npm run',
    () => {
      const dir = mkdtempSync(join(tmpdir(), 'gpu-cuda-'))
      const spy = join(dir, 'spy.cjs')
      // The first address that is asked for, and then the end: nothing is downloaded, nothing overwritten.
      writeFileSync(
        spy,
        "require('https').get = (url) => { console.log('asked', String(url)); process.exit(7) }",
      )
      try {
        const { args, options } = installerCall({ ...process.env, ...NPM })
        const { status, stdout } = node(['--require', spy, ...args], options.env)
        expect(stdout).toMatch(/^asked https:\/\/[^/]*nuget[^/]*\/v3\/index\.json\n$/)
        expect(status).toBe(7)
      } finally {
        rmSync(dir, { recursive: true })
      }
    },
  )

  it('says which files it brings', () => {
    expect(installedFiles().map((file) => file.slice(home.length))).toEqual(
      ['cuda', 'shared', 'tensorrt'].map(
        (name) => `/bin/napi-v6/linux/x64/libonnxruntime_providers_${name}.so`,
      ),
    )
    expect(installedFiles('darwin', 'arm64')).toEqual([])
  })
})
