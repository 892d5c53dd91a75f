import { expect, it } from 'vitest'
import type { Machine } from '../engine/providers.ts'
import { findingsOf } from './findings.ts'

const paths = [
  '/dev/nvidiactl',
  '/usr/lib64/libcudnn.so.9.1.0',
  '/etc/vulkan/icd.d/nvidia_icd.json',
  '/runtime/libonnxruntime_providers_cuda.so',
]
const machine: Machine = {
  platform: 'linux',
  arch: 'x64',
  runtimeDir: '/runtime',
  exists: (path) => paths.includes(path),
  names: (dir) =>
    paths.filter((path) => path.startsWith(`${dir}/`)).map((path) => path.slice(dir.length + 1)),
}

const nowhere = () => false

it('tells what is there, and of what is not how to get it', () => {
  const findings = new Map(findingsOf(machine, nowhere).map((finding) => [finding.what, finding]))
  expect(findings.get('NVIDIA driver')?.found).toBe('/dev')
  expect(findings.get('libcudnn.so.9')?.found).toBe('/usr/lib64/libcudnn.so.9.1.0')
  expect(findings.get('Vulkan driver')?.found).toBe('/etc/vulkan/icd.d/nvidia_icd.json')
  expect(findings.get('CUDA provider')?.found).toBe('/runtime/libonnxruntime_providers_cuda.so')
  expect(findings.get('libvulkan.so.1')).toMatchObject({
    found: undefined,
    remedy: expect.stringContaining('libvulkan1'),
  })
  expect(findings.get('libcudart.so.12')?.found).toBeUndefined()
})

it('does not call missing what the loader finds in another folder', () => {
  const found = findingsOf(machine, (library) => library === 'libcudart.so.12').filter(
    (finding) => finding.found !== undefined,
  )
  expect(found.map(({ what }) => what)).toContain('libcudart.so.12')
  expect(found.map(({ what }) => what)).not.toContain('libcublas.so.12')
})

it('has nothing to look for where the providers come with the package', () => {
  expect(findingsOf({ ...machine, platform: 'darwin' }, nowhere)).toEqual([])
})
