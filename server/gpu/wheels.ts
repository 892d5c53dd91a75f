// Which wheels of Python's package index hold the CUDA provider and what it is linked with: nothing of Python is run.
// They are the one place where NVIDIA's libraries come in parts, without a toolkit and without an administrator. Versions
// are those that PyTorch is released with (2.11 for CUDA 13, 2.10 for CUDA 12), which is to say tried by many; digests are
// the index's, so that a mirror cannot give others. A new onnxruntime-node needs a new first line.
import type { CudaMajor } from '../engine/cuda-folder.ts'

export interface Wheel {
  readonly name: string
  readonly version: string
  readonly sha256: string
}

/**
 * The provider for CUDA 13 is that of onnxruntime's Python package: of the same commit as onnxruntime-node's library,
 * which loads it. For CUDA 12 there is no such wheel (nuget.ts).
 */
export const PROVIDER_13: Wheel = {
  name: 'onnxruntime-gpu',
  version: '1.30.0',
  sha256: '6acc0f4b3d5ac5f2984432faa59dd8fcce6775f8b43a7140afa0f322c7a703b1',
}

/** cuFFT and the compiler of kernels too: the provider or cuDNN opens them when they are first needed. */
export const LIBRARY_WHEELS: Readonly<Record<CudaMajor, readonly Wheel[]>> = {
  12: [
    wheel(
      'nvidia-cuda-runtime-cu12 12.8.90',
      'adade8dcbd0edf427b7204d480d6066d33902cab2a4707dcfc48a2d0fd44ab90',
    ),
    wheel('nvidia-cublas-cu12 12.8.4.1', '8ac4e771d5a348c551b2a426eda6193c19aa630236b418086020df5ba9667142'),
    wheel('nvidia-cufft-cu12 11.3.3.83', '4d2dd21ec0b88cf61b62e6b43564355e5222e4a3fb394cac0db101f2dd0d4f74'),
    wheel('nvidia-curand-cu12 10.3.9.90', 'b32331d4f4df5d6eefa0554c565b626c7216f87a06a4f56fab27c3b68a830ec9'),
    wheel(
      'nvidia-cuda-nvrtc-cu12 12.8.93',
      'a7756528852ef889772a84c6cd89d41dfa74667e24cca16bb31f8f061e3e9994',
    ),
    wheel('nvidia-cudnn-cu12 9.10.2.21', '949452be657fa16687d0930933f032835951ef0892b37d2d53824d1a84dc97a8'),
  ],
  13: [
    wheel('nvidia-cuda-runtime 13.0.96', '7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548'),
    wheel('nvidia-cublas 13.1.0.3', 'ee8722c1f0145ab246bccb9e452153b5e0515fd094c3678df50b2a0888b8b171'),
    wheel('nvidia-cufft 12.0.0.61', '6c44f692dce8fd5ffd3e3df134b6cdb9c2f72d99cf40b62c32dde45eea9ddad3'),
    wheel('nvidia-curand 10.4.0.35', '1aee33a5da6e1db083fe2b90082def8915f30f3248d5896bcec36a579d941bfc'),
    wheel('nvidia-cuda-nvrtc 13.0.88', 'ad9b6d2ead2435f11cbb6868809d2adeeee302e9bb94bcf0539c7a40d80e8575'),
    wheel('nvidia-cudnn-cu13 9.19.0.56', 'd20e1734305e9d68889a96e3f35094d733ff1f83932ebe462753973e53a572bf'),
  ],
}

function wheel(what: string, sha256: string): Wheel {
  const [name = '', version = ''] = what.split(' ')
  return { name, version, sha256 }
}
