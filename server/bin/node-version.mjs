/** The Node versions the socket package carries binaries for. Keep in step with "engines" in package.json. */
const SUPPORTED = [
  { major: 20, minor: 19 },
  { major: 22, minor: 12 },
  { major: 24, minor: 0 },
  { major: 25, minor: 0 },
]

/** One clear sentence when this Node cannot run the server, `undefined` when it can. */
export function checkNode(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (SUPPORTED.some((good) => good.major === major && minor >= good.minor)) return undefined
  const list = SUPPORTED.map((good) => (good.minor ? `${good.major}.${good.minor}+` : `${good.major}`)).join(
    ', ',
  )
  return `Sketchwire needs Node ${list}; this is ${version}. Install one of those (nodejs.org, nvm or fnm) and run "npm ci && npm start" again.`
}
