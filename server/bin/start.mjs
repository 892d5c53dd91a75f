// `npm start`: builds what is stale, then serves everything on one port, in this process. Plain JavaScript on purpose: it
// must be able to tell a person with the wrong Node so, before anything else can fail in a less friendly way.
import { bringUpToDate, PAGE, ROOT, SERVER } from './build.mjs'
import { callersFolder, goTo } from './callers-folder.mjs'
import { checkNode } from './node-version.mjs'
import { checkPort } from './port.mjs'

const complaint = checkNode(process.versions.node)
if (complaint) {
  console.error(complaint)
  process.exit(1)
}

// Building may take a minute, and a container's first process hears no signal that it does not ask for.
const SIGNALS = ['SIGINT', 'SIGTERM']
const quit = () => process.exit(130)
for (const signal of SIGNALS) process.on(signal, quit)

const folder = callersFolder(ROOT)
process.chdir(ROOT)
await bringUpToDate([SERVER, PAGE], () => checkPort(process.argv.slice(2), process.env))
goTo(folder)
for (const signal of SIGNALS) process.off(signal, quit)
await import('../../dist/server/main.js')
