// `npm run dev`: compiler in watch mode, gateway restarted on change, and `next dev` beside it on its own port.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { checkNode } from './node-version.mjs'

process.chdir(fileURLToPath(new URL('../../', import.meta.url)))
const complaint = checkNode(process.versions.node)
if (complaint) {
  console.error(complaint)
  process.exit(1)
}

const run = (args, env = {}) =>
  spawn(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...env } })
const tsc = 'node_modules/typescript/bin/tsc'

const [code] = await once(run([tsc, '--build', 'tsconfig.node.json']), 'exit')
if (code !== 0) process.exit(1)

const port = process.env.PORT ?? '7878'
const children = [
  run([tsc, '--build', 'tsconfig.node.json', '--watch', '--preserveWatchOutput']),
  run(['--watch', 'dist/server/main.js']),
  run(['node_modules/next/dist/bin/next', 'dev'], {
    PORT: '3000',
    NEXT_TELEMETRY_DISABLED: '1',
    NEXT_PUBLIC_SKETCHWIRE_SERVER: `http://localhost:${port}`,
  }),
]
const stop = () => children.forEach((child) => child.kill())
process.on('SIGINT', stop)
process.on('SIGTERM', stop)
await Promise.race(children.map((child) => once(child, 'exit')))
stop()
