import { isShapeId } from 'tldraw'

interface Told {
  readonly source: 'user' | 'remote'
  readonly changes: Readonly<Record<'added' | 'updated' | 'removed', object>>
}

/**
 * Whether somebody drew or edited on this page. What another tab did is `remote`, and a photo that is kept at last changes
 * its asset alone.
 */
export function isOwnChange({ source, changes: { added, updated, removed } }: Told): boolean {
  if (source !== 'user') return false
  return [added, updated, removed].some((records) => Object.keys(records).some((id) => isShapeId(id)))
}
