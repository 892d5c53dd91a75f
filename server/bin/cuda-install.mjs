// How onnxruntime-node's own installer is called so that it does install (its script/install.js and install-utils.js,
// 1.30): it returns nothing for a named provider ("=cuda12"), and without the bare flag it ends with code 0 when npm's
// variables say that the package is being worked on, as they do under every `npm run`.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const FLAG = '--onnxruntime-node-install'
/** `.npmrc` says "skip" for `npm ci`; the older names are asked next. */
const HEEDED =
  /^(npm_config_)?onnxruntime_node_install(_cuda)?$|^npm_package_json$|^npm_config_local_prefix$/i

export const runtimeDir = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'))

/** @param {NodeJS.ProcessEnv} env */
export function installerCall(env) {
  return {
    args: [join(runtimeDir, 'script/install.js'), FLAG],
    options: {
      cwd: runtimeDir,
      env: Object.fromEntries(Object.entries(env).filter(([name]) => !HEEDED.test(name))),
    },
  }
}

/**
 * What the installer brings for a platform, by its own list: all of it, or the provider does not load.
 * @returns {string[]}
 */
export function installedFiles(platform = 'linux', arch = 'x64') {
  const { requirements, manifests } = createRequire(import.meta.url)(
    join(runtimeDir, 'script/install-metadata.js'),
  )
  const place = `${platform}/${arch}`
  const names = requirements[place] ?? []
  return names
    .flatMap((name) => Object.keys(manifests[`${place}:${name}`] ?? {}))
    .map((file) => join(runtimeDir, 'bin/napi-v6', place, file))
}
