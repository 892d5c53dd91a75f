// The colours of one's own that were chosen last, kept in this browser for every drawing.
import * as v from 'valibot'
import { createStore } from 'zustand/vanilla'
import { readSaved, writeSaved } from '../session/saved.ts'
import { isOwnColour, type OwnColour } from './own-colour.ts'

const NAME = 'own-colours'
/** As many as fill the places beside the palette. */
export const MOST_KEPT = 3

const KeptSchema = v.array(v.custom<OwnColour>(isOwnColour))

/** In the order of their places, which stay: a colour is found where it was before. */
export const ownColours = createStore<readonly OwnColour[]>(() => [])

/** To be called once there is a page: what is prerendered knows nothing of a browser. */
export function readOwnColours(): void {
  ownColours.setState((readSaved(NAME, KeptSchema) ?? []).slice(0, MOST_KEPT), true)
}

/** The newest comes last, in the place of the oldest once all are taken. */
export function keepOwnColour(colour: OwnColour): void {
  const kept = ownColours.getState()
  if (kept.includes(colour)) return
  const next = [...kept, colour].slice(-MOST_KEPT)
  ownColours.setState(next, true)
  writeSaved(NAME, next)
}
