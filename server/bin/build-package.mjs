// `npm run build:package`: the client, the element and the React component as one installable package in
// `dist/package`, its `npm pack` file beside it, and the sizes a browser would load. ES modules and types; what they
// depend on (valibot, zustand) is named, not copied, so that a page that has them too has them once.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { BROWSER_BUNDLE } from './build-embed.mjs'
import { packageReadme } from './package-readme.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
const target = join(root, 'dist/package')

/** Name in the package: its source. */
const ENTRIES = {
  client: 'lib/client/index.ts',
  png: 'lib/protocol/png-parameters.ts',
  element: 'lib/embed/index.ts',
  react: 'components/embed/sketch-canvas.tsx',
}
/** What the client alone may weigh, in bytes of gzip, everything it needs included. */
const CLIENT_LIMIT = 12_000

/** Bytes of gzip a browser loads for `entry`, React aside. */
export async function gzippedBytes(entry) {
  const { outputFiles } = await build({
    ...BROWSER_BUNDLE,
    entryPoints: [join(root, entry)],
    format: 'esm',
    external: ['react', 'react/jsx-runtime'],
    write: false,
  })
  return gzipSync(outputFiles[0].contents, { level: 9 }).length
}

async function bundle() {
  await build({
    ...BROWSER_BUNDLE,
    minify: false,
    entryPoints: Object.fromEntries(Object.entries(ENTRIES).map(([name, file]) => [name, join(root, file)])),
    outdir: target,
    format: 'esm',
    splitting: true,
    chunkNames: 'shared/[name]-[hash]',
    packages: 'external',
    // React's server rendering looks for this line at the top of the file.
    banner: {},
  })
  const react = join(target, 'react.js')
  writeFileSync(react, `'use client'\n${readFileSync(react, 'utf8').replace(/^["']use client["'];?\n/m, '')}`)
}

/** Declarations keep the folders of the sources; an entry's own file points there. */
function declarations() {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const files = Object.values(ENTRIES).map((file) => join(root, file))
  const options = {
    '--outDir': join(target, 'types'),
    '--rootDir': root,
    '--target': 'es2023',
    '--lib': 'es2023,dom,dom.iterable,esnext.disposable',
    '--module': 'esnext',
    '--moduleResolution': 'bundler',
    '--jsx': 'react-jsx',
    '--types': 'react',
  }
  const flags = ['--declaration', '--emitDeclarationOnly', '--strict', '--exactOptionalPropertyTypes']
  // What the types are is checked by `verify:types`.
  const more = ['--noUncheckedIndexedAccess', '--allowImportingTsExtensions', '--noCheck']
  const globals = join(root, 'lib/std/globals.d.ts')
  const args = [tsc, ...files, globals, ...flags, ...more, ...Object.entries(options).flat()]
  execFileSync(process.execPath, args, { stdio: 'inherit', cwd: root })
  for (const file of readdirSync(join(target, 'types'), { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue
    const path = join(file.parentPath, file.name)
    const text = readFileSync(path, 'utf8').replace(
      /(from |import\()(["'])(\.[^"']*)\.tsx?\2/g,
      '$1$2$3.js$2',
    )
    writeFileSync(path, text)
  }
  for (const [name, file] of Object.entries(ENTRIES)) {
    const from = `./types/${file.replace(/\.tsx?$/, '.js')}`
    writeFileSync(join(target, `${name}.d.ts`), `export * from '${from}'\n`)
  }
}

function manifest() {
  const { version, license, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const entry = (name) => ({ types: `./${name}.d.ts`, default: `./${name}.js` })
  const text = {
    name: 'sketchwire',
    version,
    license,
    description:
      'A live canvas for any page: the browser client, the custom element and the React component.',
    type: 'module',
    // Importing it makes the element known to the page: a bundler would leave out an import that seems to do nothing.
    sideEffects: ['./element.js'],
    exports: {
      '.': entry('client'),
      ...Object.fromEntries(Object.keys(ENTRIES).map((name) => [`./${name}`, entry(name)])),
      './package.json': './package.json',
    },
    dependencies: { valibot: dependencies.valibot, zustand: dependencies.zustand },
    peerDependencies: { react: '>=18' },
    peerDependenciesMeta: { react: { optional: true } },
  }
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(text, null, 2)}\n`)
  cpSync(join(root, 'LICENSE'), join(target, 'LICENSE'))
  const readme = packageReadme(readFileSync(join(root, 'docs/embed.md'), 'utf8'), (file) =>
    existsSync(join(target, file)),
  )
  writeFileSync(join(target, 'README.md'), readme)
}

function pack() {
  const out = execFileSync('npm', ['pack', '--json', '--pack-destination', join(root, 'dist')], {
    cwd: target,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [{ filename, size, unpackedSize }] = JSON.parse(out)
  return { filename, size, unpackedSize }
}

async function main() {
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  await bundle()
  declarations()
  manifest()
  const { filename, size, unpackedSize } = pack()
  console.log(`dist/${filename}: ${size} bytes packed, ${unpackedSize} unpacked`)
  for (const [name, file] of Object.entries(ENTRIES)) {
    const limit = name === 'client' ? ` (limit ${CLIENT_LIMIT})` : ''
    console.log(`sketchwire/${name}: ${await gzippedBytes(file)} bytes gzipped${limit}`)
  }
  if ((await gzippedBytes(ENTRIES.client)) <= CLIENT_LIMIT) return
  console.error(`The client is over its limit of ${CLIENT_LIMIT} bytes of gzip.`)
  process.exitCode = 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()
