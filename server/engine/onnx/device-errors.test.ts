import { describe, expect, it } from 'vitest'
import { isOutOfMemory } from './device-errors.ts'

describe('memory ran out', () => {
  it.each([
    [
      'in the arena, on CUDA',
      "Non-zero status code returned while running Conv node. Name:'/down_blocks.0/resnets.0/conv1/Conv' Status Message: /onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:376 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*, bool, onnxruntime::WaitNotificationFn) Failed to allocate memory for requested buffer of size 2830172160",
    ],
    [
      'in the arena, with a limit',
      'onnxruntime::BFCArena::Extend Available memory of 0 is smaller than requested bytes of 4096',
    ],
    [
      'in CUDA',
      'CUDA failure 2: out of memory ; GPU=0 ; hostname=x ; file=/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_allocator.cc ; line=47 ; expr=cudaMalloc((void**)&p, size);',
    ],
    ['in the driver', 'CUDA_ERROR_OUT_OF_MEMORY: out of memory'],
    [
      'in cuBLAS',
      'CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0 ; expr=cublasCreate(&cublas_handle_);',
    ],
    ['in cuDNN 9', 'CUDNN failure 4007: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED ; GPU=0'],
    [
      'in DirectML',
      'D:\\a\\_work\\1\\s\\onnxruntime\\core\\providers\\dml\\DmlExecutionProvider\\src\\MLOperatorAuthorImpl.cpp(1978)\\onnxruntime.dll!00007FFBDC8EBB9F: (caller: 00007FFBDCFFDEFF) Exception(3) tid(4304) 8007000E Not enough memory resources are available to complete this operation.',
    ],
    ['in DXGI', 'CreateCommittedResource failed: E_OUTOFMEMORY'],
    [
      'in Vulkan',
      'vkAllocateMemory failed with VK_ERROR_OUT_OF_DEVICE_MEMORY\n at CheckVkOOMThenSuccessImpl',
    ],
    ['in Dawn', 'WebGPU device error(2): Out of memory'],
    [
      'in what Dawn takes at a time',
      'Buffer size (2717908992) exceeds the max buffer size limit (2147483648).',
    ],
    [
      'in what it takes for a binding',
      'Binding size (2717908992) of [Buffer] is larger than the maximum storage buffer binding size (2147483644).',
    ],
    ['in the machine', 'std::bad_alloc'],
    ['in a Windows machine', 'bad allocation'],
  ])('%s', (_, message) => {
    expect(isOutOfMemory(new Error(message))).toBe(true)
  })

  it.each([
    ['a lost device', 'CUDA failure 999: unknown error ; GPU=0'],
    ['a lost Vulkan device', 'vkQueueSubmit failed with VK_ERROR_DEVICE_LOST'],
    [
      'a removed DirectX device',
      '887A0005 The GPU device instance has been suspended. Use GetDeviceRemovedReason',
    ],
    ['an access that is not allowed', 'CUDA failure 700: an illegal memory access was encountered ; GPU=0'],
    [
      'a node that cannot run',
      'Non-zero status code returned while running Concat node. Status Message: concat.cc:159',
    ],
    ['a broken file', 'Protobuf parsing failed.'],
  ])('and not for %s', (_, message) => {
    expect(isOutOfMemory(new Error(message))).toBe(false)
  })
})
