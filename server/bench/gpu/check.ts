// `npm run bench:gpu -- --check`: in seconds, what the bench would fail for want of.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { messageOf } from '../../../lib/std/errors.ts'
import { installedRuntime } from '../../engine/cuda-folder.ts'
import { loadProblem } from '../../gpu/loader.ts'
import { nvidiaDevice } from './device.ts'

const run = promisify(execFile)
const VULKAN = 'libvulkan.so.1'

export interface CheckOptions {
  readonly provider: string
  readonly python: string
  /** What is wrong with the provider; `undefined` when it works. */
  probe(): Promise<string | undefined>
}

/** Says what there is, line by line. @returns whether the bench can run. */
export async function checkMachine(
  { provider, python, probe }: CheckOptions,
  say: (line: string) => void,
): Promise<boolean> {
  const { platform, arch, versions } = process
  say(`found    node ${versions.node} on ${platform} ${arch}, onnxruntime-node ${installedRuntime().version}`)
  const device = await nvidiaDevice()
  say(
    device === undefined ? 'missing  nvidia-smi: what ran on which GPU cannot be told' : `found    ${device}`,
  )
  if (platform === 'linux' && provider === 'webgpu') {
    const lacks = loadProblem(VULKAN)
    say(lacks === undefined ? `found    ${VULKAN}` : `missing  ${VULKAN} (package libvulkan1): ${lacks}`)
  }
  const modules = await modulesOf(python)
  say('found' in modules ? `found    ${modules.found}` : `missing  ${modules.problem}`)
  const problem = await probe()
  say(problem === undefined ? `works    ${provider}` : `no       ${provider}: ${problem}`)
  return 'found' in modules && problem === undefined
}

const VERSIONS = 'import sys, numpy, onnx; print(sys.version.split()[0], numpy.__version__, onnx.__version__)'

async function modulesOf(python: string): Promise<{ found: string } | { problem: string }> {
  try {
    const { stdout } = await run(python, ['-c', VERSIONS], { timeout: 60_000 })
    const [version, numpy, onnx] = stdout.trim().split(' ')
    return { found: `${python} ${version} with numpy ${numpy} and onnx ${onnx}` }
  } catch (error) {
    const why = messageOf(error).trim().split('\n').at(-1) ?? ''
    return { problem: `Python with numpy and onnx (${why}): name one with --python` }
  }
}
