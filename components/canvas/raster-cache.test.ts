import { beforeEach, describe, expect, it } from 'vitest'
import { RasterCache, type Raster } from './raster-cache.ts'

const raster = (width: number): Raster => ({
  canvas: { width, height: 10 } as HTMLCanvasElement,
  x: 0,
  y: 0,
})
/** Takes ten rasters of a hundred pixels. */
let cache: RasterCache

beforeEach(() => {
  cache = new RasterCache(1000)
})

/** Plans a drawing of so many layers and puts them all, those named as exports. */
function fill(count: number, exports: readonly string[] = []) {
  const keys = Array.from({ length: count }, (_, at) => `layer-${at}`)
  cache.plan(keys)
  const rasters = keys.map((key) => {
    const made = raster(10)
    cache.put(key, { raster: made, exported: exports.includes(key) })
    return made
  })
  const kept = keys.filter((key) => cache.get(key) !== undefined)
  return { keys, rasters, kept }
}

describe('the rasters of a drawing', () => {
  it('are all kept while they are within the budget', () => {
    const { keys, kept } = fill(10)
    expect(kept).toEqual(keys)
  })

  it('are given up from the lowest on, and their pixels with them', () => {
    const { keys, kept, rasters } = fill(14)
    expect(kept).toEqual(keys.slice(4))
    expect(rasters.map(({ canvas }) => canvas.width)).toEqual([0, 0, 0, 0, ...Array<number>(10).fill(10)])
  })

  it('are given up later when only an export makes them', () => {
    const { keys, kept } = fill(14, ['layer-1', 'layer-2'])
    expect(kept).toEqual([...keys.slice(1, 3), ...keys.slice(6)])
  })

  it('are kept where every snapshot lays them, however large they are', () => {
    cache.plan(['a', 'b', 'c'])
    for (const key of ['a', 'b', 'c']) cache.put(key, { raster: raster(300), exported: false })
    expect(['a', 'b', 'c'].map((key) => cache.get(key) !== undefined)).toEqual([false, true, true])
  })

  it('go with the layers of the drawing', () => {
    const { rasters } = fill(3)
    cache.plan(['layer-1'])
    expect(rasters.map(({ canvas }) => canvas.width)).toEqual([0, 10, 0])
    expect(cache.get('layer-1')).toBe(rasters[1])
    cache.clear()
    expect(rasters[1]?.canvas.width).toBe(0)
  })
})
