import { describe, expect, it } from 'vitest'
import { usableCores } from './cores.ts'

const of = (files: Record<string, string>) => (path: string) => files[path]
const UNIFIED = { '/proc/self/cgroup': '0::/slice/app\n' }

describe('usableCores', () => {
  it('is the cores of the machine where no quota is set, or nothing is said', () => {
    expect(usableCores(of({}), 8)).toBe(8)
    expect(usableCores(of({ ...UNIFIED, '/sys/fs/cgroup/slice/app/cpu.max': 'max 100000\n' }), 8)).toBe(8)
    expect(usableCores(of({ '/proc/self/cgroup': '1:cpu,cpuacct:/\n' }), 8)).toBe(8)
  })

  it('is what the least quota of a control group and those it is in pays for, whole cores and one at least', () => {
    const quota = (own: string, above: string) =>
      of({ ...UNIFIED, '/sys/fs/cgroup/slice/app/cpu.max': own, '/sys/fs/cgroup/slice/cpu.max': above })
    expect(usableCores(quota('250000 100000\n', 'max 100000\n'), 8)).toBe(2)
    expect(usableCores(quota('max 100000\n', '150000 50000\n'), 8)).toBe(3)
    expect(usableCores(quota('20000 100000\n', 'max 100000\n'), 8)).toBe(1)
    expect(usableCores(quota('1600000 100000\n', 'max 100000\n'), 8)).toBe(8)
  })

  it("finds a container's quota at the root of what is mounted, whatever its group is called outside", () => {
    const files = {
      '/proc/self/cgroup': '0::/system.slice/docker-1.scope\n',
      '/sys/fs/cgroup/cpu.max': '400000 100000\n',
    }
    expect(usableCores(of(files), 16)).toBe(4)
  })

  it('reads version 1, whose -1 is no quota', () => {
    const version1 = (quota: string) =>
      of({
        '/proc/self/cgroup': '4:memory:/job\n3:cpu,cpuacct:/job\n0::/\n',
        '/sys/fs/cgroup/cpu/job/cpu.cfs_quota_us': quota,
        '/sys/fs/cgroup/cpu/job/cpu.cfs_period_us': '100000\n',
        '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
        '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
      })
    expect(usableCores(version1('200000\n'), 8)).toBe(2)
    expect(usableCores(version1('-1\n'), 8)).toBe(8)
  })
})
