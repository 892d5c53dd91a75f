import { readFileSync } from 'node:fs'

/** What is asked for, and the list that npm leaves beside what it installed. */
const ASKED = 'package-lock.json'
const INSTALLED = 'node_modules/.package-lock.json'

/**
 * One sentence where packages are missing or of another version than the lock file says, else `undefined`; also where
 * another package manager installed them, of which nothing is known.
 *
 * @param forBuilding the development packages, which building takes, count too
 */
export function checkInstalled({ forBuilding }) {
  const asked = packagesOf(ASKED)
  const installed = packagesOf(INSTALLED)
  if (!asked || !installed) return undefined
  const wrong = Object.entries(asked).filter(
    ([path, one]) => path !== '' && isNeeded(one, forBuilding) && installed[path]?.version !== one.version,
  )
  const [first] = wrong
  if (!first) return undefined
  const [path, { version }] = first
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
  const found = installed[path]?.version
  const what = found === undefined ? `${name} is missing` : `${name} is ${found}, not ${version}`
  const more = wrong.length > 1 ? `, and ${wrong.length - 1} more` : ''
  return `node_modules is not what ${ASKED} says (${what}${more}): run "npm ci --include=dev".`
}

/** Optional ones are those of other machines, too. */
function isNeeded({ dev, devOptional, optional, peer }, forBuilding) {
  return !optional && !peer && (forBuilding || !(dev || devOptional))
}

/** By path; `undefined` where there is no such list, or one that is being written. */
function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return undefined
  }
}
