import { dirname, join } from 'node:path'
import { CUDA_LIBRARY } from '../engine/cuda-folder.ts'
import { findLibrary, hasNvidia, type Machine } from '../engine/providers.ts'
import { cudaLibraries } from './cuda-libraries.ts'

export interface Finding {
  readonly what: string
  /** Where it is; `undefined` when it is not, or where nothing will find it. */
  readonly found: string | undefined
  readonly remedy: string
}

/** What the loader says against a library; `undefined` where it loads. */
export type LoadProblem = (library: string) => string | undefined

/** What the GPU providers of onnxruntime-node need on Linux; on other systems they come with the package. */
export function findingsOf(machine: Machine, loadProblem: LoadProblem): readonly Finding[] {
  if (machine.platform !== 'linux') return []
  const cuda = join(machine.runtimeDir, CUDA_LIBRARY)
  return [
    nvidiaDriver(machine),
    libraryFinding(machine, loadProblem, {
      name: 'libvulkan.so.1',
      remedy: 'install the package libvulkan1 (WebGPU needs it)',
    }),
    vulkanDriver(machine),
    libraryFinding(machine, loadProblem, {
      name: 'libcuda.so.1',
      remedy:
        'it comes with the NVIDIA driver (cuda needs it); in a container set NVIDIA_DRIVER_CAPABILITIES=all',
    }),
    ...cudaLibraries(machine.cuda?.major ?? (machine.exists(cuda) ? 12 : 13)).map((name) =>
      cudaFinding(machine, loadProblem, name),
    ),
    {
      what: 'CUDA provider',
      found: machine.exists(cuda) ? cuda : undefined,
      remedy: machine.cuda?.problem ?? BRING,
    },
  ]
}

const BRING = 'npm run gpu:cuda (brings the provider, CUDA and cuDNN; a download of 1.4 GB)'
/**
 * Its version is told where it is a module of this very kernel, not in Windows' Linux. Whether it is new enough for the
 * provider, the probe says: with NVIDIA's compatibility libraries an old one may be.
 */
function nvidiaDriver(machine: Machine): Finding {
  const version = /\s(\d+(\.\d+)+)\s/.exec(machine.text('/proc/driver/nvidia/version') ?? '')?.[1]
  return {
    what: 'NVIDIA driver',
    found: hasNvidia(machine) ? (version ?? '/dev') : undefined,
    remedy: 'install it from your distribution; in a container start it with --gpus all',
  }
}

/** What `npm run gpu:cuda` brought is found by the processes that need it, if not by this one. */
function cudaFinding(machine: Machine, loadProblem: LoadProblem, name: string): Finding {
  const remedy = machine.cuda ? `run npm run gpu:cuda again, or install it (cuda needs it)` : BRING
  const own = machine.cuda && join(machine.cuda.libraries, name)
  if (own !== undefined && machine.exists(own)) return { what: name, found: own, remedy }
  return libraryFinding(machine, loadProblem, { name, remedy })
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

/** Mesa's come along with the loader, and are of no use to another vendor's card. */
function vulkanDriver(machine: Machine): Finding {
  const files = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d'].flatMap((dir) =>
    machine.names(dir).flatMap((name) => (name.endsWith('.json') ? [join(dir, name)] : [])),
  )
  // In Windows' Linux any vendor's card is reached through Mesa's driver.
  const isNvidia = machine.exists('/dev/nvidiactl')
  const found = files.find((file) => !isNvidia || file.includes('nvidia'))
  const others =
    found === undefined && files.length > 0 ? `there are only others' (${files.join(', ')}): ` : ''
  const remedy = isNvidia
    ? "NVIDIA's comes with its driver (package nvidia-vulkan-icd, libnvidia-gl or the like); in a container set NVIDIA_DRIVER_CAPABILITIES=all"
    : "install the vendor's Vulkan driver"
  return { what: 'Vulkan driver', found, remedy: `${others}${remedy}` }
}
