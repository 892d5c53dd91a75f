// A drawing of the plain canvas: strokes and photos on the same paper, in the same page units, as tldraw's.
import * as v from 'valibot'

export const PLAIN_WIDTHS = { s: 5, m: 10, l: 18, xl: 36 } as const
export type PlainWidth = keyof typeof PLAIN_WIDTHS

const Point = v.tuple([v.number(), v.number(), v.number()])
/** x and y in page units, pressure 0..1. */
export type PlainPoint = v.InferOutput<typeof Point>

const StrokeSchema = v.object({
  kind: v.literal('stroke'),
  colour: v.string(),
  width: v.picklist(['s', 'm', 'l', 'xl']),
  /** The points close a shape, and it is filled. */
  filled: v.boolean(),
  points: v.array(Point),
})
export type Stroke = v.InferOutput<typeof StrokeSchema>

const PhotoSchema = v.object({
  kind: v.literal('photo'),
  /** A data URI. */
  src: v.pipe(v.string(), v.startsWith('data:image/')),
  x: v.number(),
  y: v.number(),
  w: v.number(),
  h: v.number(),
})
export type Photo = v.InferOutput<typeof PhotoSchema>

export const ItemSchema = v.variant('kind', [StrokeSchema, PhotoSchema])
export type Item = v.InferOutput<typeof ItemSchema>

export const PlainContentSchema = v.object({ plain: v.literal(1), items: v.array(ItemSchema) })
export type PlainContent = v.InferOutput<typeof PlainContentSchema>

/** The page now, what undo brings back and what redo does. Items are never changed, only replaced. */
export interface History {
  readonly items: readonly Item[]
  readonly past: readonly (readonly Item[])[]
  readonly future: readonly (readonly Item[])[]
}

const REMEMBERED = 200

export function startHistory(items: readonly Item[]): History {
  return { items, past: [], future: [] }
}

/** One step; the same items are none. */
export function step(history: History, items: readonly Item[]): History {
  const isSame =
    items.length === history.items.length && items.every((item, at) => item === history.items[at])
  if (isSame) return history
  return { items, past: [...history.past, history.items].slice(-REMEMBERED), future: [] }
}

export function undo({ items, past, future }: History): History {
  const before = past.at(-1)
  return before
    ? { items: before, past: past.slice(0, -1), future: [items, ...future] }
    : { items, past, future }
}

export function redo({ items, past, future }: History): History {
  const [next, ...rest] = future
  return next ? { items: next, past: [...past, items], future: rest } : { items, past, future }
}

const CLOSED_WITHIN = 14

/** Whether a line comes back to where it began, after having been somewhere. */
export function isClosed(points: readonly PlainPoint[]): boolean {
  const [first] = points
  const last = points.at(-1)
  if (!first || !last || points.length < 8) return false
  const fromStart = ([x, y]: PlainPoint) => Math.hypot(x - first[0], y - first[1])
  return fromStart(last) < CLOSED_WITHIN && points.some((point) => fromStart(point) > 2 * CLOSED_WITHIN)
}

/** The items that the eraser, of `radius` page units, leaves when it is put down at a point. */
export function erase(
  items: readonly Item[],
  at: readonly [number, number],
  radius: number,
): readonly Item[] {
  const left = items.filter((item) => !touches(item, at, radius))
  return left.length === items.length ? items : left
}

/** The items without the topmost photo that lies at a point. */
export function erasePhoto(items: readonly Item[], [x, y]: readonly [number, number]): readonly Item[] {
  const hit = items.findLast(
    (item) =>
      item.kind === 'photo' && x >= item.x && x <= item.x + item.w && y >= item.y && y <= item.y + item.h,
  )
  return hit ? without(items, [hit]) : items
}

export function without(items: readonly Item[], others: readonly Item[]): readonly Item[] {
  const left = new Set(others)
  return items.filter((item) => !left.has(item))
}

function touches(item: Item, [x, y]: readonly [number, number], radius: number): boolean {
  if (item.kind === 'photo') return false
  const reach = radius + PLAIN_WIDTHS[item.width] / 2
  if (isFar(boxOf(item), x, y, reach)) return false
  const { points } = item
  if (item.filled && isInside(points, x, y)) return true
  return points.some(([px, py], at) => {
    const [nextX, nextY] = points[at + 1] ?? [px, py]
    return distanceToSegment([x, y], [px, py], [nextX, nextY]) <= reach
  })
}

interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

const boxes = new WeakMap<Stroke, Box>()

/** Around the points of a stroke. Measured once in its life: the eraser asks for all of them at every move. */
function boxOf(stroke: Stroke): Box {
  const known = boxes.get(stroke)
  if (known) return known
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [x, y] of stroke.points) {
    left = Math.min(left, x)
    top = Math.min(top, y)
    right = Math.max(right, x)
    bottom = Math.max(bottom, y)
  }
  const box = { left, top, right, bottom }
  boxes.set(stroke, box)
  return box
}

function isFar({ left, top, right, bottom }: Box, x: number, y: number, reach: number): boolean {
  return x < left - reach || x > right + reach || y < top - reach || y > bottom + reach
}

type Place = readonly [number, number]

function distanceToSegment([x, y]: Place, [ax, ay]: Place, [bx, by]: Place): number {
  const lengthSquared = (bx - ax) ** 2 + (by - ay) ** 2
  const along = lengthSquared === 0 ? 0 : ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / lengthSquared
  const t = Math.min(1, Math.max(0, along))
  return Math.hypot(x - (ax + t * (bx - ax)), y - (ay + t * (by - ay)))
}

/** Even-odd rule. */
function isInside(points: readonly PlainPoint[], x: number, y: number): boolean {
  return points.reduce((inside, [ax, ay], at) => {
    const [bx, by] = points[(at + 1) % points.length] ?? [ax, ay]
    const crosses = ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax
    return crosses ? !inside : inside
  }, false)
}
