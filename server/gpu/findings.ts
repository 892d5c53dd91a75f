import { dirname, join } from 'node:path'
import { CUDA_LIBRARY, findLibrary, hasNvidia, type Machine } from '../engine/providers.ts'

export interface Finding {
  readonly what: string
  /** Where it is; `undefined` when it is not, or where nothing will find it. */
  readonly found: string | undefined
  readonly remedy: string
}

const CUDA_12 = [
  'libcudart.so.12',
  'libcublas.so.12',
  'libcublasLt.so.12',
  'libcufft.so.11',
  'libcurand.so.10',
  // Nothing is linked to it, but cuDNN 9 opens it for convolutions that it compiles when they are first run.
  'libnvrtc.so.12',
]
const CUDNN_9 = ['libcudnn.so.9']

/** What the loader says against a library; `undefined` where it loads. */
export type LoadProblem = (library: string) => string | undefined

/** What the GPU providers of onnxruntime-node need on Linux; on other systems they come with the package. */
export function findingsOf(machine: Machine, loadProblem: LoadProblem): readonly Finding[] {
  if (machine.platform !== 'linux') return []
  const library = (name: string, remedy: string) => libraryFinding(machine, loadProblem, { name, remedy })
  const cuda = join(machine.runtimeDir, CUDA_LIBRARY)
  return [
    {
      what: 'NVIDIA driver',
      found: hasNvidia(machine) ? '/dev' : undefined,
      remedy: 'install it from your distribution; in a container start it with --gpus all',
    },
    library('libvulkan.so.1', 'install the package libvulkan1 (WebGPU needs it)'),
    {
      what: 'Vulkan driver',
      found: vulkanDriver(machine),
      remedy: "install the vendor's Vulkan driver; in an NVIDIA container set NVIDIA_DRIVER_CAPABILITIES=all",
    },
    ...CUDA_12.map((name) => library(name, 'install the CUDA 12 runtime libraries (cuda needs them)')),
    ...CUDNN_9.map((name) => library(name, 'install cuDNN 9 for CUDA 12 (cuda needs it)')),
    {
      what: 'CUDA provider',
      found: machine.exists(cuda) ? cuda : undefined,
      remedy: 'npm run gpu:cuda (a download of some hundred MB)',
    },
  ]
}

/** The loader has the last word: a file in a folder that it does not search, such as CUDA's own, is found by nobody. */
function libraryFinding(
  machine: Machine,
  loadProblem: LoadProblem,
  { name, remedy }: { readonly name: string; readonly remedy: string },
): Finding {
  const problem = loadProblem(name)
  if (problem === undefined) return { what: name, found: "on the loader's own path", remedy }
  // glibc names the file that it did not find: the library itself, or one that it needs.
  if (!problem.startsWith(`${name}: cannot open`))
    return {
      what: name,
      found: undefined,
      remedy: `the loader finds it and cannot use it (${problem}); ${remedy}`,
    }
  const file = findLibrary(machine, name)
  if (file === undefined) return { what: name, found: undefined, remedy }
  const folder = dirname(file)
  const where = `${file} is there, where the loader does not look`
  const how = `put ${folder} into LD_LIBRARY_PATH, or into a file of /etc/ld.so.conf.d and run ldconfig`
  return { what: name, found: undefined, remedy: `${where}: ${how}` }
}

function vulkanDriver({ names }: Machine): string | undefined {
  for (const dir of ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d']) {
    const file = names(dir).find((name) => name.endsWith('.json'))
    if (file !== undefined) return join(dir, file)
  }
  return undefined
}
