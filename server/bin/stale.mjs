import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

// Compilers leave an output alone that would not change, so its own time says nothing: a stamp of ours does.
const stampOf = (part) => `dist/.built-${part.name}`

/** What of the environment ends up in the output, such as a licence key in the page. */
const settingsOf = ({ env = [] }) => env.map((name) => `${name}=${process.env[name] ?? ''}`).join('\n')

// By what is in the files: clocks go wrong, older files are put back, and an image keeps no fractions of a second.
function add(digest, path) {
  if (!existsSync(path)) return
  if (statSync(path).isDirectory()) {
    const below = readdirSync(path).filter((name) => !/\.test\.tsx?$/.test(name))
    for (const name of below.sort()) add(digest, join(path, name))
    return
  }
  const bytes = readFileSync(path)
  digest.update(`${path}\0${bytes.length}\0`).update(bytes)
}

function digestOf(paths, settings = '') {
  const digest = createHash('sha256').update(settings)
  for (const path of paths) add(digest, path)
  return digest.digest('hex')
}

/** Of the part's sources (files or folders, tests ignored) and settings as they are now. */
export function sourcesDigest(part) {
  return digestOf(part.sources, settingsOf(part))
}

/** Another build than ours, of other sources, shows in the output or in the compiler's own notes. */
function outputDigest({ output, notes = [] }) {
  return digestOf([output, ...notes])
}

/** True when the part's output is missing, or was not built of these sources with these settings. */
export function isStale(part) {
  if (!existsSync(part.output) || !existsSync(stampOf(part))) return true
  return readFileSync(stampOf(part), 'utf8') !== `${sourcesDigest(part)}\n${outputDigest(part)}\n`
}

/** @param sources their digest when the build began: what was changed since is in no output. */
export function markBuilt(part, sources = sourcesDigest(part)) {
  mkdirSync('dist', { recursive: true })
  writeFileSync(stampOf(part), `${sources}\n${outputDigest(part)}\n`)
}
