// What is built of the sources, and how. `npm run build` builds all of it, or what is named (`build.mjs server`);
// `npm start` and `run.mjs` what is stale.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, existsSync, realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { checkInstalled } from './installed.mjs'
import { oneAtATime } from './one-build.mjs'
import { isStale, markBuilt, sourcesDigest } from './stale.mjs'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

const lib = ['lib/std', 'lib/flow', 'lib/lcm', 'lib/protocol', 'lib/benchmark']
const TSC = 'node_modules/typescript/bin/tsc'
const NEXT = 'node_modules/next/dist/bin/next'

export const SERVER = {
  name: 'server',
  output: 'dist/server/main.js',
  notes: ['dist/iso.tsbuildinfo', 'dist/node.tsbuildinfo'],
  sources: ['server', ...lib, 'tsconfig.node.json', 'tsconfig.iso.json', 'package.json'],
  // TypeScript itself stays where development packages are left out, as a peer of others; so does Next.
  needs: [TSC, 'node_modules/@types/node/package.json'],
  writes: ['dist'],
  command: [TSC, '--build', 'tsconfig.node.json'],
  // It goes by times: sources that were put back are older than what was built of others.
  anew: ['--force'],
}

export const PAGE = {
  name: 'page',
  output: 'out/index.html',
  sources: [
    'app',
    'components',
    'lib/client',
    'lib/embed',
    'server/bin/build-embed.mjs',
    'server/bin/copy-assets.mjs',
    ...lib,
    'public/icon.svg',
    'next.config.ts',
    'tsconfig.json',
    'package.json',
    'package-lock.json',
  ],
  env: ['NEXT_PUBLIC_TLDRAW_LICENSE_KEY', 'NEXT_PUBLIC_SKETCHWIRE_SERVER'],
  needs: [NEXT, TSC, 'node_modules/esbuild/package.json'],
  writes: ['dist', 'out', '.next', 'public'],
  command: [NEXT, 'build'],
}

/** As in server/config.ts: no compiler needs them. */
export const SECRETS = ['SKETCHWIRE_KEYS', 'SKETCHWIRE_TOKEN_SECRET', 'HF_TOKEN']

/** Why the part cannot be built here, and the remedy; else `undefined`. An image leaves the compilers out, or is read-only. */
function obstacleTo({ needs, writes }) {
  const missing = needs.find((path) => !existsSync(path))
  if (missing !== undefined)
    return `${missing} is missing ("npm ci --include=dev" installs what building takes)`
  const locked = writes.find((path) => !mayWrite(existsSync(path) ? path : '.'))
  if (locked !== undefined)
    return `${ROOT}${locked} cannot be written ("npm run build" by a user who may does it)`
  return undefined
}

function mayWrite(path) {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

function giveUp(message) {
  console.error(message)
  process.exit(1)
}

/** Runs the compiler and shows what it says at once, or at the end if it fails. */
async function compile({ name, command, anew = [] }, { isQuiet, isAnew }) {
  const env = Object.entries(process.env).filter(([variable]) => !SECRETS.includes(variable))
  const child = spawn(process.execPath, isAnew ? [...command, ...anew] : command, {
    stdio: isQuiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    env: { ...Object.fromEntries(env), NEXT_TELEMETRY_DISABLED: '1' },
  })
  // It would write on beside the next build.
  const end = () => child.kill()
  process.on('exit', end)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk))
  const [code] = await once(child, 'close')
  process.off('exit', end)
  if (code === 0) return
  giveUp(
    `${output}\nBuilding the ${name} failed. Run "npm ci --include=dev" (building takes the development packages, which NODE_ENV=production leaves out); if it still fails, the lines above say where.`,
  )
}

async function build(parts, { mismatch, isQuiet }) {
  for (const part of parts) {
    // Another build may have made it while this one waited.
    if (isQuiet && !isStale(part)) continue
    if (isQuiet) process.stderr.write(`Building the ${part.name} (only when its sources changed)...\n`)
    const sources = sourcesDigest(part)
    await compile(part, { isQuiet, isAnew: isStale(part) })
    // What was built of the wrong packages is built again of the right ones.
    if (!mismatch) markBuilt(part, sources)
  }
}

/**
 * Builds what is stale, in the current folder. What is stale and cannot be built here runs as it is, and that is said.
 *
 * @param refusal asked before anything is built: a sentence why nothing may be, else `undefined`
 */
export async function bringUpToDate(parts, refusal = async () => undefined) {
  const buildable = []
  for (const part of parts.filter((one) => isStale(one))) {
    const obstacle = obstacleTo(part)
    if (obstacle === undefined) buildable.push(part)
    else if (!existsSync(part.output))
      giveUp(`The ${part.name} is not built, and cannot be here: ${obstacle}.`)
    else
      console.error(
        `The ${part.name} runs as it was built before, which is not of these sources and settings, and cannot be built anew: ${obstacle}.`,
      )
  }
  const mismatch = checkInstalled({ forBuilding: buildable.length > 0 })
  if (mismatch) console.error(mismatch)
  if (buildable.length === 0) return
  const why = await refusal()
  if (why !== undefined) giveUp(why)
  await oneAtATime(() => build(buildable, { mismatch, isQuiet: true }))
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.chdir(ROOT)
  const all = [SERVER, PAGE]
  const named = process.argv.slice(2)
  const unknown = named.filter((name) => !all.some((part) => part.name === name))
  if (unknown.length > 0)
    giveUp(`There is no part "${unknown.join('", "')}" to build; name server or page, or nothing for both.`)
  const parts = all.filter(({ name }) => named.length === 0 || named.includes(name))
  const mismatch = checkInstalled({ forBuilding: true })
  if (mismatch) console.error(mismatch)
  await oneAtATime(() => build(parts, { mismatch, isQuiet: false }))
}
