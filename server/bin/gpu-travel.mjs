// What travels to a machine that is lent for a command, and what it weighs there.
import { execFileSync } from 'node:child_process'
import { lstatSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'

/** A call takes so much at most, the repository's own files counted in. */
export const LIMIT_BYTES = 64 * 1024 * 1024
const TAR_BLOCK = 512

/** Files below `folder`, as paths from `root`; none where there is no such folder. */
function filesBelow(root, folder) {
  try {
    const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  } catch (error) {
    if (error.code === 'ENOENT') return []
    throw error
  }
}

/** Bytes of a file in a tar archive, its header included; none for a file that git knows and that was deleted. */
function tarBytes(path) {
  const { size = undefined } = lstatSync(path, { throwIfNoEntry: false }) ?? {}
  return size === undefined ? 0 : TAR_BLOCK + Math.ceil(size / TAR_BLOCK) * TAR_BLOCK
}

/**
 * Bytes that a call carries of the repository at `root`: what git tracks, what it would, `shared/`, and what is named.
 * @param {string} root
 * @param {readonly string[]} carried files or folders that git ignores
 */
export function travelBytes(root, carried) {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const known = execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 })
  const named = carried.flatMap((path) => {
    const isFolder = lstatSync(join(root, path), { throwIfNoEntry: false })?.isDirectory() ?? false
    return isFolder ? filesBelow(root, path) : [path]
  })
  const paths = new Set([...known.split('\0').filter(Boolean), ...filesBelow(root, 'shared'), ...named])
  return [...paths].reduce((total, path) => total + tarBytes(join(root, path)), 0)
}
