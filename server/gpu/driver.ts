// What CUDA the NVIDIA driver can run. Its version says so, too, but is told in other places in containers and in
// Windows' Linux; the driver's library is the same everywhere, and needs no GPU to answer.
import type { CudaMajor } from '../engine/cuda-folder.ts'
import { pythonSays, type Python } from './pip.ts'

const ASK = `import ctypes
version = ctypes.c_int()
assert ctypes.CDLL("libcuda.so.1").cuDriverGetVersion(ctypes.byref(version)) == 0
print(version.value)`

/** Of CUDA. */
export interface CudaVersion {
  readonly major: number
  readonly minor: number
}

/** The newest CUDA that the driver runs; `undefined` where there is no driver to ask. */
export async function driverCuda(python: Python): Promise<CudaVersion | undefined> {
  return cudaVersion(Number(await pythonSays(ASK, python)))
}

/** @param code as the driver tells it: 12040 is 12.4. */
export function cudaVersion(code: number): CudaVersion | undefined {
  if (!Number.isInteger(code) || code < 1000) return undefined
  return { major: Math.floor(code / 1000), minor: Math.floor((code % 1000) / 10) }
}

/** Which CUDA's libraries to take for a driver, which runs older ones too; `undefined` where it runs none of ours. */
export function majorFor({ major }: CudaVersion): CudaMajor | undefined {
  if (major >= 13) return 13
  return major === 12 ? 12 : undefined
}
