import type { RouteEntry } from './route.ts'
import { matchPath } from './path-pattern.ts'

export interface Found<E> {
  readonly entry: E
  readonly params: Readonly<Record<string, string>>
}

/** Entries by path. Fixed paths are looked up; those with names are tried in the order of the list. */
export class RouteTable<E extends RouteEntry> {
  readonly #fixed = new Map<string, E[]>()
  readonly #named: E[] = []

  constructor(entries: readonly E[]) {
    for (const entry of entries) {
      if (entry.path.includes('/:')) this.#named.push(entry)
      else this.#fixed.set(entry.path, [...(this.#fixed.get(entry.path) ?? []), entry])
    }
  }

  /** Every entry of the first pattern that matches: its methods. */
  at(path: string): readonly Found<E>[] {
    const fixed = this.#fixed.get(path)
    if (fixed) return fixed.map((entry) => ({ entry, params: {} }))
    return this.#named.flatMap((entry) => {
      const params = matchPath(entry.path, path)
      return params ? [{ entry, params }] : []
    })
  }
}
