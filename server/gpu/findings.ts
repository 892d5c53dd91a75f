import { join } from 'node:path'
import { CUDA_LIBRARY, findLibrary, hasNvidia, type Machine } from '../engine/providers.ts'

export interface Finding {
  readonly what: string
  /** Where it is; `undefined` when it is not. */
  readonly found: string | undefined
  readonly remedy: string
}

const CUDA_12 = [
  'libcudart.so.12',
  'libcublas.so.12',
  'libcublasLt.so.12',
  'libcufft.so.11',
  'libcurand.so.10',
]
const CUDNN_9 = ['libcudnn.so.9']

/**
 * What the GPU providers of onnxruntime-node need on Linux; on other systems they come with the package.
 * @param canLoad asked for libraries that are in none of the usual folders.
 */
export function findingsOf(machine: Machine, canLoad: (library: string) => boolean): readonly Finding[] {
  if (machine.platform !== 'linux') return []
  const library = (name: string, remedy: string): Finding => ({
    what: name,
    found: findLibrary(machine, name) ?? (canLoad(name) ? "on the loader's own path" : undefined),
    remedy,
  })
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

function vulkanDriver({ names }: Machine): string | undefined {
  for (const dir of ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d']) {
    const file = names(dir).find((name) => name.endsWith('.json'))
    if (file !== undefined) return join(dir, file)
  }
  return undefined
}
