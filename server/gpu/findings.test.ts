import { expect, it } from 'vitest'
import type { Machine } from '../engine/providers.ts'
import { findingsOf, type LoadProblem } from './findings.ts'

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
  text: () => undefined,
  exists: (path) => paths.includes(path),
  names: (dir) =>
    paths.filter((path) => path.startsWith(`${dir}/`)).map((path) => path.slice(dir.length + 1)),
}

/** glibc's words. */
const absent = (library: string) => `${library}: cannot open shared object file: No such file or directory`
const byName = (loadProblem: LoadProblem) =>
  new Map(findingsOf(machine, loadProblem).map((finding) => [finding.what, finding]))

it('tells what is there, and of what is not how to get it', () => {
  const findings = byName(absent)
  expect(findings.get('NVIDIA driver')?.found).toBe('/dev')
  expect(findings.get('Vulkan driver')?.found).toBe('/etc/vulkan/icd.d/nvidia_icd.json')
  expect(findings.get('CUDA provider')?.found).toBe('/runtime/libonnxruntime_providers_cuda.so')
  expect(findings.get('libvulkan.so.1')).toMatchObject({
    found: undefined,
    remedy: expect.stringContaining('libvulkan1'),
  })
  expect(findings.get('libcudart.so.12')).toMatchObject({
    found: undefined,
    remedy: expect.stringContaining('npm run gpu:cuda'),
  })
  expect([...findings.keys()]).toContain('libnvrtc.so.12')
})

it('names the libraries of the CUDA that gpu:cuda brought, and finds what it brought', () => {
  const libraries = '/project/.cuda/lib'
  const cuda = { major: 13, libraries, problem: undefined } as const
  const brought: Machine = {
    ...machine,
    cuda,
    exists: (path) => path === `${libraries}/libcudart.so.13` || machine.exists(path),
    text: () => 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.163.01  Tue Apr  8 12:41:17 UTC 2025',
  }
  const findings = new Map(findingsOf(brought, absent).map((finding) => [finding.what, finding]))
  expect(findings.get('libcudart.so.13')?.found).toBe(`${libraries}/libcudart.so.13`)
  expect(findings.get('libcufft.so.12')).toMatchObject({
    found: undefined,
    remedy: expect.stringContaining('npm run gpu:cuda again'),
  })
  expect(findings.get('NVIDIA driver')?.found).toBe('550.163.01')
})

it("does not take another vendor's Vulkan driver for NVIDIA's", () => {
  const icd = (name: string) => `/usr/share/vulkan/icd.d/${name}_icd.x86_64.json`
  const finding = (...there: readonly string[]) => {
    const names: Machine['names'] = (dir) =>
      there.filter((path) => path.startsWith(`${dir}/`)).map((path) => path.slice(dir.length + 1))
    const findings = findingsOf({ ...machine, names, exists: (path) => there.includes(path) }, absent)
    return findings.find(({ what }) => what === 'Vulkan driver')
  }
  expect(finding('/dev/nvidiactl', icd('intel'))).toMatchObject({
    found: undefined,
    remedy: expect.stringMatching(/only others' \(.*intel_icd.*NVIDIA_DRIVER_CAPABILITIES=all/),
  })
  expect(finding('/dev/nvidiactl', icd('intel'), icd('nvidia'))?.found).toBe(icd('nvidia'))
  expect(finding(icd('intel'))?.found).toBe(icd('intel'))
  // Windows' Linux reaches any card through Mesa.
  expect(finding('/dev/dxg', icd('dzn'))?.found).toBe(icd('dzn'))
})

it('does not call found what lies where the loader does not look', () => {
  expect(byName(absent).get('libcudnn.so.9')).toEqual({
    what: 'libcudnn.so.9',
    found: undefined,
    remedy:
      '/usr/lib64/libcudnn.so.9.1.0 is there, where the loader does not look: put /usr/lib64 into LD_LIBRARY_PATH, or into a file of /etc/ld.so.conf.d and run ldconfig',
  })
})

it('says what a library lacks that the loader finds and cannot use', () => {
  const lacking = byName(() => absent('libcublasLt.so.12'))
  expect(lacking.get('libcublas.so.12')).toMatchObject({
    found: undefined,
    remedy: expect.stringMatching(
      /^the loader finds it and cannot use it \(libcublasLt\.so\.12: cannot open/,
    ),
  })
  expect(lacking.get('libcublasLt.so.12')?.remedy).toMatch(/^npm run gpu:cuda/)
})

it('does not call missing what the loader finds in another folder', () => {
  const loads = (library: string) => (library === 'libcudart.so.12' ? undefined : absent(library))
  const found = findingsOf(machine, loads).filter((finding) => finding.found !== undefined)
  expect(found.map(({ what }) => what)).toContain('libcudart.so.12')
  expect(found.map(({ what }) => what)).not.toContain('libcublas.so.12')
})

it('has nothing to look for where the providers come with the package', () => {
  expect(findingsOf({ ...machine, platform: 'darwin' }, absent)).toEqual([])
})
