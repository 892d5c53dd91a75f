const MAX_NEAR = 4

/**
 * What was probably meant: the known path that takes the fewest edits, when those are few for its length; else the shortest
 * of those that begin alike.
 */
export function nearPaths(asked: string, known: readonly string[]): readonly string[] {
  if (asked.length > 100) return []
  const closest = closestPath(asked.toLowerCase(), known)
  if (closest !== undefined) return [closest]
  const [, family = ''] = asked.split('/')
  const alike = known.filter((path) => family !== '' && path.startsWith(`/${family}/`) && !path.endsWith('/'))
  return [...new Set(alike)].sort((a, b) => a.length - b.length).slice(0, MAX_NEAR)
}

function closestPath(asked: string, known: readonly string[]): string | undefined {
  let best: { readonly path: string; readonly edits: number } | undefined
  for (const path of known) {
    // Letters are counted one by one for those alone that can be near: every one of hundreds would take a while.
    const most = Math.min(path.length / 4, (best?.edits ?? Infinity) - 1)
    if (Math.abs(asked.length - path.length) > most) continue
    const edits = editsBetween(asked, path)
    if (edits <= most) best = { path, edits }
  }
  return best?.path
}

/** Levenshtein's distance: letters to add, take away or change. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, other] of [...b].entries())
      next.push(
        Math.min((row[j] ?? 0) + (letter === other ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1),
      )
    row = next
  }
  return row[b.length] ?? 0
}
