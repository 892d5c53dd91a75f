import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { forkChild, type Child } from './child.ts'
import { silentLog } from './log.ts'

it('says in every log line which process it was, beside the logger’s own', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'child-'))
  const lines: string[] = []
  try {
    const worker = join(folder, 'worker.mjs')
    await writeFile(worker, "process.stderr.write('words\\n', () => process.exit(0))\n")
    const spawn = forkChild(pathToFileURL(worker), pino({}, { write: (line) => void lines.push(line) }))
    let child: Child | undefined
    await new Promise<void>((resolve) => {
      child = spawn({ onMessage: () => undefined, onExit: () => resolve() })
    })
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { pid: process.pid, enginePid: child?.pid, msg: 'words' },
    ])
    expect(lines[0]?.match(/"pid":/g)).toHaveLength(1)
  } finally {
    await rm(folder, { recursive: true })
  }
})

describe('a child that cannot be forked', () => {
  it('is one that exits at once when Node throws, and that nothing can be asked of', async () => {
    // A NUL in a path is one thing that Node throws for; memory that has run out is another.
    const spawn = forkChild(new URL('file:///no%00where.js'), silentLog)
    const reasons: string[] = []
    let child: Child | undefined
    const exited = new Promise<void>((resolve) => {
      child = spawn({
        onMessage: () => undefined,
        onExit: (reason) => {
          // Whoever is told must hold the child by then.
          expect(child).toBeDefined()
          reasons.push(reason)
          resolve()
        },
      })
    })
    expect(reasons).toEqual([])
    expect(child?.pid).toBeUndefined()
    child?.send({ type: 'probe', againstCpu: false, provider: 'cpu' })
    child?.kill()
    await exited
    expect(reasons).toEqual([expect.stringContaining('null bytes')])
  })
})
