import { describe, expect, it } from 'vitest'
import { forkChild, type Child } from './child.ts'
import { silentLog } from './log.ts'

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
