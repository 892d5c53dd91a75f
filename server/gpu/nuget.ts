// How onnxruntime-node's own installer is called so that it does install (its script/install.js and install-utils.js,
// 1.30): it returns nothing for a named provider ("=cuda12"), and without the bare flag it ends with code 0 when npm's
// variables say that the package is being worked on, as they do under every `npm run`. It brings the provider that is
// linked with CUDA 12, from NuGet.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import * as v from 'valibot'
import { environmentWithout } from '../config.ts'

const FLAG = '--onnxruntime-node-install'
/** `.npmrc` says "skip" for `npm ci`; the older names are asked next. */
const HEEDED =
  /^(npm_config_)?onnxruntime_node_install(_cuda)?$|^npm_package_json$|^npm_config_local_prefix$/i

const require = createRequire(import.meta.url)
const home = dirname(require.resolve('onnxruntime-node/package.json'))

export interface InstallerCall {
  /** Arguments of Node. */
  readonly args: readonly string[]
  readonly options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }
}

export function installerCall(env?: NodeJS.ProcessEnv): InstallerCall {
  return {
    args: [join(home, 'script/install.js'), FLAG],
    options: { cwd: home, env: environmentWithout(HEEDED, env) },
  }
}

const MetadataSchema = v.object({
  requirements: v.record(v.string(), v.array(v.string())),
  manifests: v.record(v.string(), v.record(v.string(), v.unknown())),
})

/** What the installer brings for a platform, by its own list. */
export function installedFiles(platform = 'linux', arch = 'x64'): readonly string[] {
  const { requirements, manifests } = v.parse(
    MetadataSchema,
    require(join(home, 'script/install-metadata.js')),
  )
  const place = `${platform}/${arch}`
  return (requirements[place] ?? [])
    .flatMap((name) => Object.keys(manifests[`${place}:${name}`] ?? {}))
    .map((file) => join(home, 'bin/napi-v6', place, file))
}
