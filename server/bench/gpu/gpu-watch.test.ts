import { describe, expect, it } from 'vitest'
import { doubtOf, readingOf, samplesOf, watchGpus, type GpuSample } from './gpu-watch.ts'

const sample = (index: string, memoryMiB: number, percent?: number, mhz?: number): GpuSample => ({
  index,
  memoryMiB,
  utilizationPercent: percent,
  smClockMHz: mhz,
})

describe("nvidia-smi's lines", () => {
  it('are one sample a GPU, without what the driver does not tell', () => {
    expect(samplesOf('0, 1234, 87, 1980\n1, 5, [N/A], [Not Supported]\n')).toEqual([
      sample('0', 1234, 87, 1980),
      sample('1', 5),
    ])
  })

  it.each(['', '\n', 'No devices were found\n', '0, [N/A], 3, 345\n'])('tell nothing: %j', (csv) => {
    expect(samplesOf(csv)).toEqual([])
  })
})

describe('a reading', () => {
  it('is of the GPU whose memory rose most, its clock that of the timed runs', () => {
    const idle = [sample('0', 900), sample('1', 4)]
    const opening = Array.from({ length: 20 }, () => [sample('0', 950, 0, 345), sample('1', 500, 0, 345)])
    const timed = [1755, 1980, 1980, 1980].map((mhz) => [
      sample('0', 950, 3, 345),
      sample('1', 2004, 99, mhz),
    ])
    expect(readingOf([...opening, ...timed].flat(), idle)).toEqual({
      memoryRiseMiB: 2000,
      utilizationPercent: 99,
      smClockMHz: 1980,
    })
  })

  it('has the memory alone where the driver tells no more, and is none without samples', () => {
    expect(readingOf([sample('0', 7)], [sample('0', 7)])).toEqual({ memoryRiseMiB: 0 })
    expect(readingOf([], [sample('0', 7)])).toBeUndefined()
  })
})

describe('a doubt', () => {
  const weightBytes = 1640 * (1 << 20)
  it('is raised where the weights are not in the memory of the GPU', () => {
    expect(doubtOf({ memoryRiseMiB: 3 }, weightBytes)).toBe(
      'the memory of the NVIDIA GPU rose by 3 MiB where the weights take 1640: it was not this GPU that ran it',
    )
    expect(doubtOf({ memoryRiseMiB: 1311 }, weightBytes)).toBeDefined()
  })

  it('is not where they are', () => {
    expect(doubtOf({ memoryRiseMiB: 1312 }, weightBytes)).toBeUndefined()
    expect(doubtOf({ memoryRiseMiB: 2500 }, weightBytes)).toBeUndefined()
  })
})

describe('a watch', () => {
  it('hands over what was seen since the last time, and asks no more when stopped', async () => {
    let asked = 0
    const watch = watchGpus(() => Promise.resolve([sample('0', ++asked)]), 20)
    await expect.poll(() => asked).toBeGreaterThan(0)
    const first = watch.take()
    expect(first[0]).toEqual(sample('0', 1))
    await expect.poll(() => asked).toBeGreaterThan(first.length)
    expect(watch.take()[0]).toEqual(sample('0', first.length + 1))
    await watch.stop()
    const seen = asked
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(asked).toBe(seen)
  })
})
