import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

function newestMs(path) {
  if (!existsSync(path)) return 0
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  const below = readdirSync(path).filter((name) => !/\.test\.tsx?$/.test(name))
  return below.reduce((newest, name) => Math.max(newest, newestMs(join(path, name))), 0)
}

// Compilers leave an output alone that would not change, so its own time says nothing: a stamp of ours does.
const stampOf = (part) => `dist/.built-${part.name}`

/** What of the environment ends up in the output, such as a licence key in the page. */
const settingsOf = ({ env = [] }) => env.map((name) => `${name}=${process.env[name] ?? ''}`).join('\n')

/**
 * True when the part's output is missing, was built with other settings, or any of its sources (files or folders,
 * tests ignored) is newer.
 */
export function isStale(part) {
  if (!existsSync(part.output) || !existsSync(stampOf(part))) return true
  if (readFileSync(stampOf(part), 'utf8') !== settingsOf(part)) return true
  const builtMs = statSync(stampOf(part)).mtimeMs
  return part.sources.some((source) => newestMs(source) > builtMs)
}

export function markBuilt(part) {
  mkdirSync('dist', { recursive: true })
  writeFileSync(stampOf(part), settingsOf(part))
}
