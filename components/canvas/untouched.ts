import type { DrawingContent } from './drawing-content.ts'
import { EXAMPLE, SCENE, type Part } from './example-scene.ts'

/** Whether nobody has drawn on a page yet: it is blank, or the example that a first visit opens on. */
export function isUntouched(content: DrawingContent): boolean {
  if ('plain' in content)
    return content.items.length === 0 || JSON.stringify(content.items) === JSON.stringify(EXAMPLE)
  const places = content.shapes.map(({ x, y, props }) => placeOf(x, y, 'color' in props ? props.color : ''))
  return places.length === 0 || places.sort().join() === EXAMPLE_PLACES
}

const EXAMPLE_PLACES = SCENE.map((part) => placeOf(...cornerOf(part), part.colour))
  .sort()
  .join()

function placeOf(x: number, y: number, colour: string): string {
  return `${x} ${y} ${colour}`
}

/** Where tldraw's shape of it is. */
function cornerOf(part: Part): readonly [number, number] {
  if (part.kind === 'box') return part.corner
  if (part.kind === 'disc') return [part.centre[0] - part.radius, part.centre[1] - part.radius]
  return part.points[0] ?? [0, 0]
}
