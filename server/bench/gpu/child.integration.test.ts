// Children that end in every way a driver can end them, as real processes.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../engine/system-clock.ts'
import { runInChild } from './child.ts'

const FIGURE = "process.send({ type: 'figure', name: 'unet.b1', outcome: { failed: 'no memory' } })"
const FOR_EVER = 'setInterval(() => undefined, 1000)'

describe('a child of the bench', () => {
  let dir: string
  beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'sketchwire-child-'))))
  afterAll(() => rm(dir, { recursive: true }))

  async function run(script: string, { limitMs = 20_000, last = 1 } = {}) {
    const file = join(dir, 'worker.mjs')
    await writeFile(file, script)
    const names: string[] = []
    const task = { kind: 'probe', provider: 'cpu', threads: 1 } as const
    const ended = await runInChild(pathToFileURL(file), task, {
      onMessage(message) {
        if (message.type === 'figure') names.push(message.name)
        return names.length === last ? 'last' : 'more'
      },
      limitMs,
      clock: systemClock,
    })
    return { ended, names }
  }

  it('is ended with its last message, though it never would', async () => {
    expect(await run(`${FIGURE}; ${FOR_EVER}`)).toEqual({ ended: undefined, names: ['unet.b1'] })
  })

  it('that is ended by its driver leaves what it had told, how it ended and its last words', async () => {
    const death = "console.error('terminate called: device lost'); process.kill(process.pid, 'SIGKILL')"
    const { ended, names } = await run(`${FIGURE}; setTimeout(() => { ${death} }, 50)`, { last: 2 })
    expect(names).toEqual(['unet.b1'])
    expect(ended).toBe('its process ended (SIGKILL): terminate called: device lost')
  })

  it('that throws says what', async () => {
    const { ended } = await run("throw new Error('libvulkan is not there')")
    expect(ended).toMatch(/^its process ended \(exit code 1\): [^]*libvulkan is not there/)
  })

  it('that hangs is ended, counted from its last message', async () => {
    const startedMs = performance.now()
    const late = `setTimeout(() => { ${FIGURE} }, 1500)`
    const { ended, names } = await run(`${late}; ${FOR_EVER}`, { limitMs: 3000, last: 2 })
    expect(names).toEqual(['unet.b1'])
    expect(ended).toBe('nothing was heard of its process for 3 s')
    expect(performance.now() - startedMs).toBeGreaterThan(4000)
  })

  it('is given its task, and what is no message of the bench is passed over', async () => {
    const task = 'JSON.parse(process.argv[2])'
    const foreign = "process.send({ type: 'ready' })"
    const own = `process.send({ type: 'figure', name: ${task}.provider, outcome: { failed: '' } })`
    expect((await run(`${foreign}; ${own}; ${FOR_EVER}`)).names).toEqual(['cpu'])
  })
})
