// `npm start`: builds what is stale, then serves everything on one port. Plain JavaScript on purpose: it must be
// able to tell a person with the wrong Node so, before anything else can fail in a less friendly way.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { checkInstalled } from './installed.mjs'
import { checkNode } from './node-version.mjs'
import { isStale, markBuilt } from './stale.mjs'

process.chdir(fileURLToPath(new URL('../../', import.meta.url)))

const complaint = checkNode(process.versions.node)
if (complaint) {
  console.error(complaint)
  process.exit(1)
}

async function build(what, command, args) {
  process.stderr.write(`Building the ${what} (only when its sources changed)...\n`)
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' }
  const child = spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  const [code] = await once(child, 'exit')
  if (code === 0) return
  console.error(
    `${output}\nBuilding the ${what} failed. Run "npm ci --include=dev" (building takes the development packages, which NODE_ENV=production leaves out); if it still fails, the lines above say where.`,
  )
  process.exit(1)
}

const lib = ['lib/std', 'lib/flow', 'lib/lcm', 'lib/protocol', 'lib/benchmark']
const parts = [
  {
    name: 'server',
    output: 'dist/server/main.js',
    sources: ['server', ...lib, 'tsconfig.node.json', 'tsconfig.iso.json', 'package.json'],
    command: ['node_modules/typescript/bin/tsc', ['--build', 'tsconfig.node.json']],
  },
  {
    name: 'page',
    output: 'out/index.html',
    sources: [
      'app',
      'components',
      'lib/client',
      'lib/embed',
      'server/bin/build-embed.mjs',
      ...lib,
      'public/icon.svg',
      'next.config.ts',
      'tsconfig.json',
      'package.json',
      'package-lock.json',
    ],
    env: ['NEXT_PUBLIC_TLDRAW_LICENSE_KEY', 'NEXT_PUBLIC_SKETCHWIRE_SERVER'],
    command: ['node_modules/next/dist/bin/next', ['build']],
  },
]
const stale = parts.filter((part) => isStale(part))
const mismatch = checkInstalled({ forBuilding: stale.length > 0 })
if (mismatch) console.error(mismatch)
for (const part of stale) {
  await build(part.name, ...part.command)
  // What was built of the wrong packages is built again of the right ones.
  if (!mismatch) markBuilt(part)
}
await import('../../dist/server/main.js')
