// Items of a plain drawing by name: a hash of all that makes one, so that it is known again in another tab, in storage
// and after a reload. Items are never changed, only replaced, so that each is named once in its life.
import { hashText } from '../scene-hash.ts'
import type { Item } from './plain-drawing.ts'

const names = new WeakMap<Item, string>()

/** Equal for equal items, in whichever tab. */
export function nameOf(item: Item): string {
  return names.get(item) ?? named(item, hashText(JSON.stringify(partsOf(item))).toString(36))
}

/** The name is known already: a photo is megabytes to hash. */
export function named(item: Item, name: string): string {
  names.set(item, name)
  return name
}

function partsOf(item: Item): readonly unknown[] {
  if (item.kind === 'photo') return [item.src, item.x, item.y, item.w, item.h]
  return [item.colour, item.width, item.filled, item.points]
}
