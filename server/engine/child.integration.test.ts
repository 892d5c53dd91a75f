// What becomes of an engine whose process cannot be started again: in a program of its own, whose files run out.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const run = promisify(execFile)
const CHILD = new URL('../../dist/server/engine/child.js', import.meta.url)

/** Holds all file descriptors it may have, and starts a child all the same; once it has some again, another. */
const PROGRAM = `
  import { closeSync, openSync } from 'node:fs'
  import { forkChild } from '${CHILD}'
  const log = { info() {}, warn() {} }
  const held = []
  const start = () => new Promise((resolve) => {
    const child = forkChild(new URL('data-that-is-no-file.js', '${CHILD}'), log)({ onMessage() {}, onExit: resolve })
    child.send({ type: 'probe', provider: 'cpu' })
  })
  try { for (;;) held.push(openSync('/dev/null')) } catch {}
  const without = await start()
  for (const fd of held) closeSync(fd)
  console.log(JSON.stringify([without, await start()]))
`

describe.skipIf(process.platform === 'win32')('without file descriptors', () => {
  it('a child ends before it begins and says why; its parent goes on, and starts the next [E3]', async () => {
    const limited = ['-c', 'ulimit -n 64; exec "$0" "$@"', process.execPath]
    const { stdout } = await run('sh', [...limited, '--input-type=module', '-e', PROGRAM])
    const [without, later] = JSON.parse(stdout) as [string, string]
    expect(without).toMatch(/EMFILE/)
    // That one is a process, and ends for a reason of its own.
    expect(later).toMatch(/exit code 1/)
  })
})
