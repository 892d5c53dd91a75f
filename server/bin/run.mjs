// `npm run models`, `npm run gpu:doctor`: builds the server where it is stale, then runs another program of it, which is
// named first (`run.mjs gpu/doctor.js`); what follows is for that one.
import { bringUpToDate, ROOT, SERVER } from './build.mjs'
import { callersFolder, goTo } from './callers-folder.mjs'

const [program] = process.argv.splice(2, 1)
const folder = callersFolder(ROOT)
process.chdir(ROOT)
await bringUpToDate([SERVER])
goTo(folder)
await import(new URL(`../../dist/server/${program}`, import.meta.url).href)
