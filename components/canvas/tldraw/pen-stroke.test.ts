import { b64Vecs, type TLDrawShape } from 'tldraw'
import { describe, expect, it } from 'vitest'
import { penStrokeOf } from './pen-stroke.ts'

type Props = Partial<TLDrawShape['props']>

/** A line from left to right, pressed as hard as `pressure` says at each part of its way. */
function line(pressure: (along: number) => number, props: Props = {}): TLDrawShape {
  const points = Array.from({ length: 41 }, (_, at) => ({ x: at * 5, y: 0, z: pressure(at / 40) }))
  const segments = [{ type: 'free' as const, path: b64Vecs.encodePoints(points) }]
  const base = { isPen: true, dash: 'solid', fill: 'none', isClosed: false, isComplete: true }
  return { props: { ...base, scale: 1, scaleX: 1, scaleY: 1, segments, ...props } } as TLDrawShape
}

/** How far the outline is from the line, above and below, where x is between the two. */
function breadth(shape: TLDrawShape, from: number, to: number): number {
  const { outline } = penStrokeOf(shape, 10) ?? { outline: '' }
  const places = outline.match(/-?[\d.]+,-?[\d.]+/g)?.map((place) => place.split(',').map(Number)) ?? []
  const heights = places.flatMap(([x = 0, y = 0]) => (x >= from && x <= to ? [y] : []))
  return Math.max(...heights) - Math.min(...heights)
}

describe('a stroke of a pen', () => {
  it('is broad where it was pressed and thin where it was light', () => {
    const growing = line((along) => 0.1 + 0.8 * along)
    expect(breadth(growing, 20, 40)).toBeLessThan(9)
    expect(breadth(growing, 160, 180)).toBeGreaterThan(14)
  })

  it('is about as broad as a mouse draws where it is pressed as usual', () => {
    const usual = breadth(
      line(() => 0.5),
      40,
      160,
    )
    expect(usual).toBeGreaterThan(10)
    expect(usual).toBeLessThan(12.5)
  })

  it('keeps within what a layer has room for, however hard the broadest is pressed', () => {
    const { outline } = penStrokeOf(
      line(() => 1),
      33,
    ) ?? { outline: '' }
    const heights = outline.match(/,-?[\d.]+/g)?.map((text) => Math.abs(Number(text.slice(1)))) ?? []
    expect(Math.max(...heights)).toBeGreaterThan(20)
    expect(Math.max(...heights)).toBeLessThan(32)
  })

  it('is a dot where it was put down and lifted', () => {
    const segments = [{ type: 'free' as const, path: b64Vecs.encodePoints([{ x: 0, y: 0, z: 0.5 }]) }]
    expect(
      breadth(
        line(() => 0.5, { segments }),
        -20,
        20,
      ),
    ).toBeGreaterThan(8)
  })

  it('goes around what is filled, where it is closed', () => {
    expect(
      penStrokeOf(
        line(() => 0.5, { fill: 'fill' }),
        10,
      )?.inside,
    ).toBeUndefined()
    expect(
      penStrokeOf(
        line(() => 0.5, { isClosed: true }),
        10,
      )?.inside,
    ).toBeUndefined()
    expect(
      penStrokeOf(
        line(() => 0.5, { fill: 'fill', isClosed: true }),
        10,
      )?.inside,
    ).toMatch(/^M.*Z$/)
  })

  it.each<Props>([{ isPen: false }, { dash: 'dashed' }, { dash: 'draw' }, { fill: 'pattern' }])(
    "is tldraw's own with %o",
    (props) => {
      expect(
        penStrokeOf(
          line(() => 0.5, props),
          10,
        ),
      ).toBeUndefined()
    },
  )
})
