// The control groups this process is in, its own first: a container's limits are there, and the machine's figures are not
// what it may use.
import { readFileSync } from 'node:fs'
import { posix } from 'node:path'

/** The text of a file, `undefined` where there is none. */
export type ReadText = (path: string) => string | undefined

export interface ControlGroup {
  /** Whether all controllers share one tree (version 2); the files have other names there. */
  readonly isUnified: boolean
  readonly dir: string
}

/** That of this process and those it is in: each may have a limit of its own. */
export function groupsOf(controller: 'cpu' | 'memory', read: ReadText): readonly ControlGroup[] {
  const lines = read('/proc/self/cgroup')?.trim().split('\n') ?? []
  return lines.flatMap((line) => {
    const [, controllers = '', path = '/'] = line.split(':')
    const isUnified = controllers === ''
    if (!isUnified && !controllers.split(',').includes(controller)) return []
    const tree = isUnified ? '/sys/fs/cgroup' : `/sys/fs/cgroup/${controller}`
    return ancestors(path).map((dir) => ({ isUnified, dir: `${tree}${dir}` }))
  })
}

function ancestors(path: string): readonly string[] {
  return path === '/' ? [''] : [path, ...ancestors(posix.dirname(path))]
}

export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
