// Which execution providers this machine could have, fastest first, and what each lacks. Only what a look at a few
// paths can tell: whether one works is found out by probing it in a child process (probe.ts).
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  CUDA_LIBRARY,
  cudaFolderProblem,
  installedRuntime,
  librariesOf,
  readAbout,
  type CudaMajor,
} from './cuda-folder.ts'

export type ProviderName = 'cuda' | 'webgpu' | 'coreml' | 'dml' | 'cpu'

export interface Candidate {
  readonly provider: ProviderName
  /** Why it need not be tried, in words; `undefined` when it is worth a try. */
  readonly lacks: string | undefined
  /** What was not seen of what it needs, in words: libraries may be in other folders than those that are looked at. */
  readonly doubt?: string
}

/** What is looked at; tests give another machine. */
export interface Machine {
  readonly platform: string
  readonly arch: string
  /** Folder of onnxruntime's native libraries. */
  readonly runtimeDir: string
  /** What `npm run gpu:cuda` brought; `undefined` where it was not run. */
  readonly cuda?: {
    readonly major: CudaMajor
    /** Folder of its libraries. */
    readonly libraries: string
    /** What is in the way of using it. */
    readonly problem: string | undefined
  }
  exists(path: string): boolean
  /** Names in a folder; none when there is no such folder. */
  names(folder: string): readonly string[]
  /** What a small file holds; `undefined` where there is none. */
  text(path: string): string | undefined
}

/** Where most kinds of Linux keep shared libraries. NixOS and conda do not, and LD_LIBRARY_PATH may name any folder. */
const LIBRARY_DIRS = [
  '/usr/lib/x86_64-linux-gnu',
  '/lib/x86_64-linux-gnu',
  '/usr/lib64',
  '/usr/lib',
  '/usr/local/lib',
  '/usr/local/cuda/lib64',
]

/** @param unlinked why what `npm run gpu:cuda` brought could not be used, from `useCudaFolder`. */
export function thisMachine(unlinked?: string): Machine {
  const { platform, arch } = process
  const runtime = installedRuntime()
  const about = readAbout(runtime.cudaFolder)
  const problem = unlinked ?? cudaFolderProblem(runtime)
  return {
    platform,
    arch,
    runtimeDir: runtime.dir,
    ...(about && { cuda: { major: about.cuda, libraries: librariesOf(runtime.cudaFolder), problem } }),
    exists: existsSync,
    names: (folder) => orElse([], () => readdirSync(folder)),
    text: (path) => orElse(undefined, () => readFileSync(path, 'utf8')),
  }
}

/** What cannot be read is not there for us. */
function orElse<T, E>(otherwise: E, read: () => T): T | E {
  try {
    return read()
  } catch {
    return otherwise
  }
}

/** Fastest first; the last is always cpu, which lacks nothing. */
export function candidatesOf(machine: Machine): readonly Candidate[] {
  return [...accelerators(machine), { provider: 'cpu', lacks: undefined }]
}

/** 'cpu' where plainly no other provider can be had, else `undefined`: which it is shows when one is probed. */
export function onlyProvider(machine: Machine): 'cpu' | undefined {
  return accelerators(machine).every(({ lacks }) => lacks !== undefined) ? 'cpu' : undefined
}

function accelerators(machine: Machine): readonly Candidate[] {
  const { platform, arch } = machine
  // onnxruntime-node 1.30 carries them for these alone; every such machine has a GPU of some kind.
  if (platform === 'darwin' && arch === 'arm64')
    return [
      { provider: 'webgpu', lacks: undefined },
      { provider: 'coreml', lacks: undefined },
    ]
  if (platform === 'win32')
    return [
      { provider: 'webgpu', lacks: undefined },
      { provider: 'dml', lacks: undefined },
    ]
  if (platform === 'linux' && arch === 'x64')
    return [
      { provider: 'cuda', lacks: cudaLacks(machine) },
      { provider: 'webgpu', ...vulkan(machine) },
    ]
  return []
}

function cudaLacks(machine: Machine): string | undefined {
  if (!hasNvidia(machine)) return 'no NVIDIA driver'
  if (!machine.exists(join(machine.runtimeDir, CUDA_LIBRARY)))
    return machine.cuda?.problem ?? 'the CUDA provider is not installed ("npm run gpu:cuda" does)'
  return undefined
}

/** The driver's device, or that of Windows' Linux. */
export function hasNvidia({ exists }: Machine): boolean {
  return exists('/dev/nvidiactl') || exists('/dev/dxg')
}

function vulkan(machine: Machine): Pick<Candidate, 'lacks' | 'doubt'> {
  const hasGpu = hasNvidia(machine) || machine.names('/dev/dri').some((name) => name.startsWith('renderD'))
  if (!hasGpu) return { lacks: 'no GPU' }
  const isSeen = findLibrary(machine, 'libvulkan.so.1') !== undefined
  return { lacks: undefined, ...(isSeen ? {} : { doubt: 'no Vulkan loader was seen, package libvulkan1' }) }
}

/**
 * Path of a shared library by the beginning of its name, versions left open. That it is not found does not mean that it
 * is not there.
 */
export function findLibrary({ names }: Machine, beginning: string): string | undefined {
  for (const dir of LIBRARY_DIRS) {
    const name = names(dir).find((one) => one.startsWith(beginning))
    if (name !== undefined) return join(dir, name)
  }
  return undefined
}
