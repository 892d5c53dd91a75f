// What can be told of a device's errors. That memory ran out onnxruntime has no code for: each allocator and each driver
// has its own words (onnxruntime 1.30; CUDA, cuBLAS, cuDNN; DirectML; Dawn, which is WebGPU outside of browsers).
import { messageOf } from '../../../lib/std/errors.ts'

/** Code of an AppError: the device or its driver failed while a graph ran. The sessions of the process are of no more use. */
export const PROVIDER_FAILED = 'provider_failed'

/** Code of an AppError: there was no memory for a graph, or for a run of one. The sessions live on. */
export const OUT_OF_MEMORY = 'out_of_memory'

const WORDS: readonly RegExp[] = [
  // onnxruntime's arena, whose memory it is: "BFCArena::AllocateRawInternal ... Failed to allocate memory for requested
  // buffer of size 536870912", "Available memory of 0 is smaller than requested bytes of 4096".
  /failed to allocate memory for requested buffer/i,
  /is smaller than requested bytes/i,
  // "CUDA failure 2: out of memory", CUDA_ERROR_OUT_OF_MEMORY, VK_ERROR_OUT_OF_DEVICE_MEMORY, E_OUTOFMEMORY.
  /out[ _]?of[ _]?(device[ _]|host[ _])?memory/i,
  // CUBLAS_STATUS_ALLOC_FAILED, CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED.
  /STATUS_\w*ALLOC(ATION)?_FAILED/,
  // DirectML: E_OUTOFMEMORY by its number, and in words where Windows speaks English.
  /\b8007000E\b|not enough memory resources/i,
  // C++'s own, by compiler.
  /\bbad[_ ]alloc/i,
  // Dawn refuses a buffer that is larger than the device takes: there is none for this size, however much is free.
  /exceeds the max buffer size limit|larger than the maximum storage buffer binding size/i,
]

export function isOutOfMemory(error: unknown): boolean {
  const message = messageOf(error)
  return WORDS.some((words) => words.test(message))
}
