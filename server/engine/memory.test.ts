import { expect, it } from 'vitest'
import { readMemory } from './memory.ts'

const GB = 1024 ** 3
const of = (files: Record<string, string>) => (path: string) => files[path]
const MEMINFO = `MemTotal:       ${16 * 1024 * 1024} kB\nMemFree: 5 kB\nMemAvailable:   ${9 * 1024 * 1024} kB\n`

it('takes what the system calls available, and the whole machine where it says nothing', () => {
  expect(readMemory(of({ '/proc/meminfo': MEMINFO }), 16 * GB)).toEqual({
    totalBytes: 16 * GB,
    freeBytes: 9 * GB,
  })
  expect(readMemory(of({}), 16 * GB)).toEqual({ totalBytes: 16 * GB, freeBytes: 16 * GB })
})

it('heeds the limit of a control group and of those it is in, file caches counted as free', () => {
  const unified = {
    '/proc/meminfo': MEMINFO,
    '/proc/self/cgroup': '0::/slice/app\n',
    '/sys/fs/cgroup/slice/app/memory.max': 'max\n',
    '/sys/fs/cgroup/slice/memory.max': `${4 * GB}\n`,
    '/sys/fs/cgroup/slice/memory.current': `${3 * GB}\n`,
    '/sys/fs/cgroup/slice/memory.stat': `anon 5\ninactive_file ${2 * GB}\nactive_file 7\n`,
  }
  expect(readMemory(of(unified), 16 * GB)).toEqual({ totalBytes: 4 * GB, freeBytes: 3 * GB })
  const legacy = {
    '/proc/self/cgroup': '9:name=systemd:/\n4:cpu,memory:/job\n0::/\n',
    '/sys/fs/cgroup/memory/job/memory.limit_in_bytes': `${2 * GB}\n`,
    '/sys/fs/cgroup/memory/job/memory.usage_in_bytes': `${GB}\n`,
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
  }
  expect(readMemory(of(legacy), 16 * GB)).toEqual({ totalBytes: 2 * GB, freeBytes: GB })
})
