// `npm start` and its kin in a tree of their own, whose compilers write at once what they would write: what is tested is
// when they are called, and what runs then.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const BIN = fileURLToPath(new URL('./', import.meta.url))
/** What building takes: the page all of it, the server the first and the last. */
const COMPILERS = ['typescript', 'next', 'esbuild']
/** Says where it runs and with what, as JSON. */
const PROGRAM = `process.stdout.write(JSON.stringify({ folder: process.cwd(), args: process.argv.slice(2) }))`
const TSC = `
  const { mkdirSync, writeFileSync } = require('node:fs')
  mkdirSync('dist/server/models-cli', { recursive: true })
  writeFileSync('tsc.args', process.argv.slice(2).join(' '))
  for (const file of ['main.js', 'models-cli/main.js']) writeFileSync('dist/server/' + file, ${JSON.stringify(PROGRAM)})
  console.error(Object.keys(process.env).includes('SKETCHWIRE_KEYS') ? 'tsc saw the keys' : 'tsc ran')
`
const NEXT = `
  const { mkdirSync, writeFileSync } = require('node:fs')
  mkdirSync('out', { recursive: true })
  writeFileSync('out/index.html', 'a page')
`

let root = ''
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'start-')))
  chmodSync(root, 0o755)
  cpSync(BIN, join(root, 'server/bin'), { recursive: true, filter: (path) => !path.endsWith('.ts') })
  write('package.json', '{ "type": "module" }')
  write('node_modules/typescript/bin/tsc', TSC)
  write('node_modules/next/dist/bin/next', NEXT)
  write('node_modules/esbuild/package.json', '{}')
  write('node_modules/@types/node/package.json', '{}')
  write('elsewhere/note.txt', '')
})
afterEach(() => {
  for (const folder of ['', 'dist', 'out'])
    if (existsSync(join(root, folder))) chmodSync(join(root, folder), 0o755)
  rmSync(root, { recursive: true })
})

function write(path: string, text: string) {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

interface Call {
  readonly from?: string
  readonly env?: Record<string, string>
  readonly uid?: number
}

async function run(script: string, args: readonly string[] = [], { from = root, env = {}, uid }: Call = {}) {
  const child = spawn(process.execPath, [join(root, 'server/bin', script), ...args], {
    cwd: from,
    env: { PORT: '0', ...env },
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
  const said = { out: '', err: '' }
  child.stdout.on('data', (chunk) => (said.out += chunk))
  child.stderr.on('data', (chunk) => (said.err += chunk))
  const [code] = await once(child, 'close')
  return { code, ...said, ran: said.out === '' ? undefined : JSON.parse(said.out) }
}

const BUILDING =
  'Building the server (only when its sources changed)...\nBuilding the page (only when its sources changed)...\n'

describe('npm start', () => {
  it('builds what was never built, once', async () => {
    expect(await run('start.mjs', ['--port', '1'])).toMatchObject({
      code: 0,
      err: BUILDING,
      ran: { args: ['--port', '1'] },
    })
    expect(await run('start.mjs')).toMatchObject({ code: 0, err: '', ran: { args: [] } })
  })

  it('builds nothing after npm run build, whose compilers see no secret', async () => {
    const built = await run('build.mjs', [], { env: { SKETCHWIRE_KEYS: 'first-key-0123456789' } })
    expect(built).toMatchObject({ code: 0, err: 'tsc ran\n' })
    expect(await run('start.mjs')).toMatchObject({ code: 0, err: '' })
  })

  it('compiles anew what is of other sources, whatever their times, and only then', async () => {
    const forced = () => readFileSync(join(root, 'tsc.args'), 'utf8').includes('--force')
    await run('build.mjs', ['server'])
    expect(forced()).toBe(true)
    await run('build.mjs', ['server'])
    expect(forced()).toBe(false)
  })

  it('builds through a symlink, and says so where a part is unknown', async () => {
    const link = `${root}-link`
    symlinkSync(root, link)
    try {
      const child = spawn(process.execPath, [join(link, 'server/bin/build.mjs'), 'server'], { cwd: link })
      const [code] = await once(child, 'close')
      expect([code, existsSync(join(root, 'tsc.args'))]).toEqual([0, true])
    } finally {
      rmSync(link)
    }
    expect(await run('build.mjs', ['sever'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('"sever"'),
    })
  })

  it('builds the rest after npm run build:server', async () => {
    await run('build.mjs', ['server'])
    expect(existsSync(join(root, 'out'))).toBe(false)
    expect((await run('start.mjs')).err).toBe(BUILDING.split('\n')[1] + '\n')
  })

  it.each(COMPILERS)('without %s runs what was built of other sources, and says so', async (compiler) => {
    await run('build.mjs')
    write('package.json', '{ "type": "module", "version": "2.0.0" }')
    rmSync(join(root, 'node_modules', compiler), { recursive: true })
    const { code, err, ran } = await run('start.mjs')
    expect({ code, ran }).toMatchObject({ code: 0, ran: {} })
    expect(err).toMatch(/^The page runs as it was built before, .* missing \("npm ci --include=dev".*\n/m)
  })

  it('builds once when it is started twice at a time, and never waits for a build that is gone', async () => {
    write('node_modules/typescript/bin/tsc', `${TSC}; setTimeout(() => {}, 1500)`)
    const both = await Promise.all([run('start.mjs'), run('run.mjs', ['models-cli/main.js'])])
    expect(both.map(({ code }) => code)).toEqual([0, 0])
    const said = both.map(({ err }) => err).join('')
    expect(said.match(/Building the server/g)).toHaveLength(1)
    expect(said).toMatch(/^Another build of this folder runs \(process \d+\); waiting for it\.\.\.$/m)
    expect(existsSync(join(root, 'dist/.building'))).toBe(false)
    const gone = spawn(process.execPath, ['-e', ''])
    await once(gone, 'close')
    write('dist/.building', `${hostname()} ${gone.pid}`)
    write('package.json', '{ "type": "module", "version": "2.0.0" }')
    expect(await run('start.mjs')).toMatchObject({ code: 0, err: BUILDING })
    expect(existsSync(join(root, 'dist/.building'))).toBe(false)
  })

  it('leaves no lock behind when its build fails', async () => {
    write('node_modules/typescript/bin/tsc', 'process.exit(2)')
    expect(await run('start.mjs')).toMatchObject({ code: 1, err: expect.stringContaining('failed') })
    expect(existsSync(join(root, 'dist/.building'))).toBe(false)
  })

  it('without the compiler and anything built says what to install', async () => {
    rmSync(join(root, 'node_modules/typescript'), { recursive: true })
    const { code, out, err } = await run('start.mjs')
    expect(err).toMatch(
      /^The server is not built, and cannot be here: \S+ is missing \("npm ci --include=dev"[^\n]*\n$/,
    )
    expect({ code, out }).toEqual({ code: 1, out: '' })
  })

  it.skipIf(process.platform === 'win32')('runs in a tree that it may not write to', async () => {
    await run('build.mjs')
    write('package.json', '{ "type": "module", "version": "2.0.0" }')
    for (const folder of ['dist', 'out']) chmodSync(join(root, folder), 0o555)
    // Root may write everywhere.
    const { code, err } = await run('start.mjs', [], process.getuid?.() === 0 ? { uid: 65_534 } : {})
    expect(err).toMatch(
      /^The server runs as it was built before, .*dist cannot be written[^\n]*\nThe page runs/,
    )
    expect(code).toBe(0)
  })

  it('builds nothing under a server that runs on its port', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const port = String((other.address() as AddressInfo).port)
    const refused = {
      code: 1,
      out: '',
      err: expect.stringMatching(`^Port ${port} on 127.0.0.1 is taken.*stop it first`),
    }
    expect(await run('start.mjs', [], { env: { PORT: port } })).toMatchObject(refused)
    expect(await run('start.mjs', [`--port=${port}`, '--log-level', 'info'])).toMatchObject(refused)
    expect(existsSync(join(root, 'dist'))).toBe(false)
    await run('build.mjs')
    // There is nothing to build: what runs then says itself that its port is taken.
    expect(await run('start.mjs', [], { env: { PORT: port } })).toMatchObject({ code: 0 })
    other.close()
  })

  it("runs in its caller's folder, npm's included", async () => {
    const elsewhere = join(root, 'elsewhere')
    expect((await run('start.mjs', [], { from: elsewhere })).ran.folder).toBe(elsewhere)
    const npm = { INIT_CWD: elsewhere, npm_package_json: join(root, 'package.json') }
    expect((await run('start.mjs', [], { env: npm })).ran.folder).toBe(elsewhere)
    // Of another package's script, it is where that one has gone.
    const others = { INIT_CWD: tmpdir(), npm_package_json: join(tmpdir(), 'package.json') }
    expect((await run('start.mjs', [], { from: elsewhere, env: others })).ran.folder).toBe(elsewhere)
    const gone = { ...npm, INIT_CWD: join(root, 'gone') }
    expect((await run('start.mjs', [], { env: gone })).ran.folder).toBe(root)
  })
})

describe('npm run models', () => {
  it('builds the server where it is stale, and gets its own arguments', async () => {
    const call = () =>
      run('run.mjs', ['models-cli/main.js', 'add', './folder'], { from: join(root, 'elsewhere') })
    const ran = { args: ['add', './folder'], folder: join(root, 'elsewhere') }
    expect(await call()).toMatchObject({ code: 0, ran, err: BUILDING.split('\n')[0] + '\n' })
    expect(await call()).toMatchObject({ code: 0, ran, err: '' })
  })
})
