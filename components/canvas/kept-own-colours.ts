// The colours of one's own that were chosen last, kept in this browser for every drawing.
import * as v from 'valibot'
import { createStore } from 'zustand/vanilla'
import { readSaved, writeSaved } from '../session/saved.ts'
import { isOwnColour, type OwnColour } from './own-colour.ts'

const NAME = 'own-colours'
/** As many as fill the places beside the palette. */
const MOST_KEPT = 3

const KeptSchema = v.object({
  colours: v.pipe(v.array(v.custom<OwnColour>(isOwnColour)), v.maxLength(MOST_KEPT)),
  /** Of the oldest, where the next one goes. */
  next: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MOST_KEPT - 1)),
})

/** In their places, which stay: a colour is found where it was before. */
export const ownColours = createStore<readonly OwnColour[]>(() => [])

/** To be called once there is a page: what is prerendered knows nothing of a browser. */
export function readOwnColours(): void {
  ownColours.setState(read().colours, true)
}

/** In the place of the oldest, once all are taken. Another tab may have kept some since. */
export function keepOwnColour(colour: OwnColour): void {
  const { colours, next } = read()
  const isKept = colours.includes(colour)
  const kept = isKept ? colours : colours.toSpliced(Math.min(next, colours.length), 1, colour)
  ownColours.setState(kept, true)
  if (!isKept) writeSaved(NAME, { colours: kept, next: (next + 1) % MOST_KEPT })
}

function read(): v.InferOutput<typeof KeptSchema> {
  return readSaved(NAME, KeptSchema) ?? { colours: [], next: 0 }
}
