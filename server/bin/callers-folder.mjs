import { join } from 'node:path'

/** Where whoever started this stands: npm goes to the folder of package.json first, and says where it came from. */
export function callersFolder(root, env = process.env) {
  const isOurs = env.npm_package_json === join(root, 'package.json')
  return isOurs && env.INIT_CWD ? env.INIT_CWD : process.cwd()
}

/** Goes back there, so that a relative path means what its writer saw; where they may not enter, it means none. */
export function goTo(folder) {
  try {
    process.chdir(folder)
  } catch {
    // The folder is gone, or another user's (sudo, a service): paths are then taken from where we are.
  }
}
