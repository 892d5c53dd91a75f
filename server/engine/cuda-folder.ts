// `.cuda` in the project's folder: the CUDA provider, and the libraries of CUDA and cuDNN that it is linked with, as
// `npm run gpu:cuda` put them there. Outside of node_modules, which `npm ci` deletes. Nothing of it is opened here.
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import * as v from 'valibot'
import { messageOf } from '../../lib/std/errors.ts'

export const CUDA_LIBRARY = 'libonnxruntime_providers_cuda.so'
/** What the provider is made of; onnxruntime looks for them beside its own library, and nowhere else. */
export const PROVIDER_FILES = [CUDA_LIBRARY, 'libonnxruntime_providers_shared.so']

export type CudaMajor = 12 | 13

const AboutSchema = v.object({
  /** Version of onnxruntime that the provider belongs to: no other can load it. */
  onnxruntime: v.string(),
  /** Major version of CUDA that it is linked with. */
  cuda: v.union([v.literal(12), v.literal(13)]),
})
export type About = v.InferOutput<typeof AboutSchema>

export interface Runtime {
  /** Version of onnxruntime-node. */
  readonly version: string
  /** Where its native libraries are. */
  readonly dir: string
  /** `.cuda`, whether it is there or not. */
  readonly cudaFolder: string
}

/** The onnxruntime-node that this program uses. */
export function installedRuntime(): Runtime {
  const require = createRequire(import.meta.url)
  const manifest = require.resolve('onnxruntime-node/package.json')
  const { version } = v.parse(v.object({ version: v.string() }), require(manifest))
  const home = dirname(manifest)
  const dir = join(home, 'bin/napi-v6', process.platform, process.arch)
  return { version, dir, cudaFolder: join(home, '../../.cuda') }
}

export const librariesOf = (cudaFolder: string): string => join(cudaFolder, 'lib')
export const aboutFileOf = (cudaFolder: string): string => join(cudaFolder, 'about.json')

/** What `.cuda` holds; `undefined` where it is not there, or not whole: `about.json` is written last. */
export function readAbout(cudaFolder: string): About | undefined {
  try {
    const text: unknown = JSON.parse(readFileSync(aboutFileOf(cudaFolder), 'utf8'))
    return v.parse(AboutSchema, text)
  } catch {
    return undefined
  }
}

/** What is in the way of using what `.cuda` holds, in words; `undefined` where nothing is, or it is not there. */
export function cudaFolderProblem({ version, cudaFolder }: Pick<Runtime, 'version' | 'cudaFolder'>) {
  const about = readAbout(cudaFolder)
  if (about === undefined || about.onnxruntime === version) return undefined
  return `the CUDA provider in ${cudaFolder} is for onnxruntime ${about.onnxruntime}, and ${version} is installed ("npm run gpu:cuda" gets that one)`
}

/**
 * Lets the processes that are started from now on find what `.cuda` holds: the provider beside onnxruntime's library, the
 * libraries through the loader's path, which a process reads once, when it begins.
 * @returns why it could not, in words.
 */
export function useCudaFolder(runtime: Runtime = installedRuntime()): string | undefined {
  const { dir, cudaFolder } = runtime
  if (readAbout(cudaFolder) === undefined) return undefined
  const problem = cudaFolderProblem(runtime) ?? linkProvider(dir, librariesOf(cudaFolder))
  if (problem === undefined) lengthenLoaderPath(librariesOf(cudaFolder))
  return problem
}

/** `npm ci` takes the links away with all else. A file that is not ours to replace stays. */
function linkProvider(dir: string, libraries: string): string | undefined {
  try {
    for (const file of PROVIDER_FILES) {
      const [link, target] = [join(dir, file), join(libraries, file)]
      if (existsSync(link)) continue
      rmSync(link, { force: true })
      mkdirSync(dir, { recursive: true })
      symlinkSync(relative(dir, target), link)
    }
    return undefined
  } catch (error) {
    // Two processes may do this at once.
    if (PROVIDER_FILES.every((file) => existsSync(join(dir, file)))) return undefined
    return `the CUDA provider in ${libraries} could not be linked into ${dir} (${messageOf(error)}): run "npm run gpu:cuda" as the user who owns that folder`
  }
}

function lengthenLoaderPath(libraries: string): void {
  const path = process.env['LD_LIBRARY_PATH'] ?? ''
  const folders = path.split(':').filter((folder) => folder !== '')
  if (!folders.includes(libraries)) process.env['LD_LIBRARY_PATH'] = [libraries, ...folders].join(':')
}
