import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'

const run = promisify(execFile)
const BUILT = resolve('dist/package')
/** A project that has installed the package. */
const USER = resolve('dist/package-user')
const TSC = resolve('node_modules/typescript/bin/tsc')

beforeAll(() => {
  execFileSync(process.execPath, ['server/bin/build-package.mjs'], { stdio: 'pipe' })
  rmSync(USER, { recursive: true, force: true })
  mkdirSync(join(USER, 'node_modules'), { recursive: true })
  symlinkSync(BUILT, join(USER, 'node_modules/sketchwire'), 'junction')
  writeFileSync(join(USER, 'package.json'), '{ "type": "module" }')
})

const manifest = () => JSON.parse(readFileSync(join(BUILT, 'package.json'), 'utf8'))

/** Names that an entry exports, as plain Node sees them. */
async function exportsOf(entry: string): Promise<string[]> {
  const script = `console.log(JSON.stringify(Object.keys(await import('${entry}'))))`
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: USER })
  return JSON.parse(stdout)
}

describe('the package', () => {
  it('is loaded by Node, entry by entry, and has what its README imports', async () => {
    const entries = Object.keys(manifest().exports).filter((name) => !name.endsWith('.json'))
    const readme = readFileSync(join(BUILT, 'README.md'), 'utf8')
    const imported = [...readme.matchAll(/^import (?:\{ (.+) \} from )?'(sketchwire\/\w+)'/gm)]
    for (const entry of entries) {
      const name = entry.replace('.', 'sketchwire')
      const exported = await exportsOf(name)
      const wanted = imported.filter(([, , from]) => from === name).flatMap(([, names]) => names?.split(', '))
      expect(exported).toEqual(expect.arrayContaining(wanted.filter((one) => one !== undefined)))
    }
    const named = new Set(imported.map(([, , from]) => from))
    expect([...named].sort()).toEqual(['sketchwire/client', 'sketchwire/element', 'sketchwire/react'])
  })

  it('makes the element known where a bundler sees nothing but its import', async () => {
    const stdin = { contents: `import 'sketchwire/element'`, resolveDir: USER }
    const { outputFiles } = await build({
      stdin,
      bundle: true,
      write: false,
      format: 'esm',
      logLevel: 'error',
    })
    expect(outputFiles[0]?.text).toContain('customElements.define(')
  })

  it('goes into projects that have React 18, and into those that have none', () => {
    const { peerDependencies, peerDependenciesMeta } = manifest()
    expect(peerDependencies).toEqual({ react: '>=18' })
    expect(peerDependenciesMeta.react).toEqual({ optional: true })
  })

  it('has every file that its README links to', () => {
    const readme = readFileSync(join(BUILT, 'README.md'), 'utf8')
    const files = [...readme.matchAll(/\]\((?!#|https?:)([^)]+)\)/g)].map(([, to = '']) => to)
    expect(files).toContain('types/lib/embed/messages.d.ts')
    for (const file of files) expect(existsSync(join(BUILT, file)), file).toBe(true)
  })
})

const PROGRAM = `
import { createElement, createRef } from 'react'
import { browserEnvironment, createSketchClient, snapshotOf } from 'sketchwire/client'
import type { ClientState, Clock, DrawParams, EngineStateName, ErrorCode, ErrorPlace } from 'sketchwire/client'
import type { ImageCodec, ImageMeta, ModelInfo, PaintedFrame, Snapshot, Timings, WireError } from 'sketchwire/client'
import 'sketchwire/element'
import type { CanvasEventMap, EmbedOptions, EmbedSurface, ErrorDetail, SketchwireCanvas } from 'sketchwire/element'
import { withPngText } from 'sketchwire/png'
import { SketchCanvas } from 'sketchwire/react'

const canvas = document.createElement('sketchwire-canvas')
export const found: SketchwireCanvas | null = document.querySelector('sketchwire-canvas')
export const plain: HTMLElement = canvas
export const [on, words]: [boolean, string | null] = [canvas.readonly, canvas.prompt]
canvas.transparent = !canvas.transparent

canvas.addEventListener('ready', ({ detail }) => detail.model.name.trim())
canvas.addEventListener('frame', ({ detail }) => detail.seq.toFixed())
canvas.addEventListener('status', ({ detail }) => detail.connection === 'live')
canvas.addEventListener('error', ({ detail }) => detail.retryInMs?.toFixed())
// @ts-expect-error it is no ErrorEvent
canvas.addEventListener('error', (event) => event.message)
canvas.addEventListener('click', function ({ shiftKey }) {
  if (shiftKey) void this.clear()
})
canvas.addEventListener('of-the-page', (event) => event.type)
const listener = ({ detail }: CanvasEventMap['error']): string => detail.code
canvas.addEventListener('error', listener, { once: true })
canvas.removeEventListener('error', listener)

export const surface: EmbedSurface | EmbedOptions['surface'] = 'plain'
export const element = createElement(SketchCanvas, {
  server: 'https://draw.example.org',
  surface,
  ref: createRef<SketchwireCanvas>(),
  onError: ({ code, retryInMs }: ErrorDetail) => void [code, retryInMs],
})

const options = { url: 'wss://x', takeSnapshot: snapshotOf(document.createElement('canvas')) }
const client = createSketchClient(options, { ...browserEnvironment(), isHidden: () => false })
client.onFrame(({ params, meta, model }) => void ([params, meta, model] satisfies [DrawParams, ImageMeta, ModelInfo]))
type Of<T, U extends T> = U
export type Named = [
  Of<ClientState['engine']['name'], EngineStateName>, Of<ClientState['error'], WireError>,
  Of<ClientState['stats']['timings'], Timings>, Of<WireError['code'], ErrorCode>, Of<Snapshot['codec'], ImageCodec>,
  Of<PaintedFrame['params'], DrawParams>, Of<ErrorPlace['field'], string>, Clock,
]
export const png: Uint8Array = withPngText(new Uint8Array(), [])
`

it.each(['node16', 'bundler'])('its types hold for a strict program that resolves as %s', async (how) => {
  const module = how === 'node16' ? how : 'esnext'
  const lib = ['es2022', 'dom', 'dom.iterable']
  const options = {
    module,
    moduleResolution: how,
    target: 'es2022',
    lib,
    types: [],
    strict: true,
    noEmit: true,
  }
  const files = [`program-${how}.ts`]
  writeFileSync(join(USER, `program-${how}.ts`), PROGRAM)
  const project = join(USER, `tsconfig-${how}.json`)
  writeFileSync(project, JSON.stringify({ compilerOptions: { ...options, skipLibCheck: false }, files }))
  const { stdout } = await run(process.execPath, [TSC, '-p', project]).catch(
    (error: { stdout: string }) => error,
  )
  expect(stdout).toBe('')
})
