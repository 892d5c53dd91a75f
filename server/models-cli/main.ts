// `npm run models`: which models there are, getting them, and which one `npm start` runs.
import { fileURLToPath } from 'node:url'
import { AppError, messageOf } from '../../lib/std/errors.ts'
import { readHubConfig } from '../config.ts'
import { COMMANDS } from './commands.ts'
import { createHub } from './hub.ts'
import { Store } from '../models/store.ts'

const USAGE =
  'npm run models -- list | add ID | verify [ID] | remove ID | use ID; ID is a catalog id, OWNER/NAME or FOLDER'

async function main(args: readonly string[]): Promise<void> {
  const [name = 'list', id, ...rest] = args
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (command === undefined || rest.length > 0) throw new AppError('usage', `Usage: ${USAGE}`)
  const { root = fileURLToPath(new URL('../../../', import.meta.url)), ...hub } = readHubConfig()
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  process.once('SIGTERM', () => stop.abort())
  await command(id, {
    store: new Store(root),
    hub: createHub(hub),
    signal: stop.signal,
    write: (text) => void process.stderr.write(text),
    print: (line) => void process.stdout.write(`${line}\n`),
    isTerminal: process.stderr.isTTY,
    nowMs: () => performance.now(),
  })
}

await main(process.argv.slice(2)).catch((error: unknown) => {
  const message = error instanceof AppError ? error.message : `Unexpected: ${messageOf(error)}`
  process.stderr.write(`${message}\n`)
  process.exitCode = error instanceof AppError && error.code === 'interrupted' ? 130 : 1
})
