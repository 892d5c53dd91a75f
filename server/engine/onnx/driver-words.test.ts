import { describe, expect, it } from 'vitest'
import { inWordsOf } from './driver-words.ts'

/** As onnxruntime 1.30 says it, with CUDA 13 and the library of driver 550. */
const OLD_DRIVER =
  '/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc:154 std::conditional_t<THRW, void, onnxruntime::common::Status> onnxruntime::CudaCall(ERRTYPE, const char*, const char*, SUCCTYPE, const char*, const char*, int) [with ERRTYPE = cudaError; bool THRW = true; SUCCTYPE = cudaError; std::conditional_t<THRW, void, common::Status> = void] /onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc:146 std::conditional_t<THRW, void, onnxruntime::common::Status> onnxruntime::CudaCall(ERRTYPE, const char*, const char*, SUCCTYPE, const char*, const char*, int) [with ERRTYPE = cudaError; bool THRW = true; SUCCTYPE = cudaError; std::conditional_t<THRW, void, common::Status> = void] CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version ; GPU=-1 ; hostname=vm ; file=/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_execution_provider.cc ; line=352 ; expr=cudaSetDevice(info_.device_id); \n\n'
const NO_ADAPTER =
  '/onnxruntime_src/onnxruntime/core/providers/webgpu/webgpu_context.cc:136 onnxruntime::webgpu::WebGpuContext::Initialize(const onnxruntime::webgpu::WebGpuContextConfig&)::<lambda()> adapter_result.status == wgpu::RequestAdapterStatus::Success was false. Failed to get a WebGPU adapter: No supported adapters\n'

describe('what a provider says', () => {
  it('is told without the C++ around it, with the remedy where one is known', () => {
    expect(inWordsOf(OLD_DRIVER)).toBe(
      'CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version (the NVIDIA driver is too old for the CUDA of this provider: install 580 or later, or take CUDA 12 with "npm run gpu:cuda -- --cuda 12")',
    )
    expect(inWordsOf(NO_ADAPTER)).toBe('Failed to get a WebGPU adapter: No supported adapters')
    expect(inWordsOf('OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library')).toMatch(
      /library \(a library that it needs is missing\)$/,
    )
  })

  it('stays as it is where it is in words already', () => {
    expect(inWordsOf('no such provider\n  is known')).toBe('no such provider is known')
  })
})
