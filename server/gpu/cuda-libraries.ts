import type { CudaMajor } from '../engine/cuda-folder.ts'

const OF: Readonly<Record<CudaMajor, readonly string[]>> = {
  12: ['libcudart.so.12', 'libcublas.so.12', 'libcublasLt.so.12', 'libcufft.so.11', 'libcurand.so.10'],
  // The provider itself opens cuFFT here, when a graph needs it.
  13: ['libcudart.so.13', 'libcublas.so.13', 'libcublasLt.so.13', 'libcufft.so.12', 'libcurand.so.10'],
}

/** What the CUDA provider of onnxruntime needs of CUDA and cuDNN, by the loader's names. */
export function cudaLibraries(major: CudaMajor): readonly string[] {
  // Nothing is linked to the compiler of kernels, but cuDNN 9 opens it for convolutions that it compiles when they are
  // first run.
  return [...OF[major], `libnvrtc.so.${major}`, 'libcudnn.so.9']
}
