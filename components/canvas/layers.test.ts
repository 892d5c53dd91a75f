import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planLayers, type LayerItem } from './layers.ts'

const drawing = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: `shape:${i * 7919}`, hash: i + 1, exported: false }))
const keys = (items: readonly LayerItem[]) => planLayers(items).map(({ key }) => key)
/** Layers of `after` that a cache of `before` does not hold. */
const fresh = (before: readonly string[], after: readonly string[]) =>
  after.filter((key) => !before.includes(key))

describe('planLayers', () => {
  it('holds every shape once, in painting order, the topmost alone', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), (count) => {
        const items = drawing(count)
        const layers = planLayers(items)
        expect(layers.flatMap((layer) => layer.items)).toEqual(items)
        expect(layers.at(-1)?.items).toEqual(items.slice(-1))
      }),
    )
    expect(planLayers([])).toEqual([])
  })

  it('paints one layer anew while the topmost shape of 200 grows', () => {
    const items = drawing(200)
    const grown = [...items.slice(0, -1), { id: items.at(-1)?.id ?? '', hash: 9999, exported: false }]
    expect(fresh(keys(items), keys(grown))).toHaveLength(1)
  })

  it('paints at most two layers anew when a shape is added on top', () => {
    for (let count = 1; count < 300; count++)
      expect(fresh(keys(drawing(count)), keys(drawing(count + 1))).length).toBeLessThanOrEqual(2)
  })

  it('paints few layers anew when a shape below goes', () => {
    const items = drawing(200)
    const without = items.filter((_, index) => index !== 90)
    expect(fresh(keys(items), keys(without)).length).toBeLessThanOrEqual(2)
  })

  it('has few layers for a large drawing, so that a first snapshot stays cheap', () => {
    expect(planLayers(drawing(200)).length).toBeLessThan(25)
  })

  it('exports a photo once, however many strokes come and go around it', () => {
    const photo = { id: 'shape:photo', hash: 77, exported: true }
    const items = drawing(40)
    const around = (count: number) => [...items.slice(0, 5), photo, ...items.slice(5, 5 + count)]
    const exports = (count: number) =>
      planLayers(around(count)).filter((layer) => layer.items.some(({ exported }) => exported))
    for (let count = 0; count < 30; count++)
      expect(exports(count).map((layer) => layer.items)).toEqual([[photo]])
  })

  it('depends on the drawing alone: equal drawings have equal layers', () => {
    const items = drawing(150)
    const detour = [...items, { id: 'shape:extra', hash: 5, exported: false }].filter(
      ({ id }) => id !== 'shape:extra',
    )
    expect(keys(detour)).toEqual(keys(items))
  })
})
