// The pen that someone chose last, kept in this browser: whichever canvas is opened next begins with it.
import * as v from 'valibot'
import { readSaved, writeSaved } from '../session/saved.ts'
import { isOwnColour, type OwnColour } from './own-colour.ts'
import { COLOURS, WIDTHS } from './palette.ts'

const NAME = 'pen'

const PenSchema = v.object({
  colour: v.union([v.picklist(COLOURS.map(({ id }) => id)), v.custom<OwnColour>(isOwnColour)]),
  width: v.picklist(WIDTHS.map(({ id }) => id)),
  /** Closed shapes are filled. */
  filled: v.boolean(),
})
export type KeptPen = v.InferOutput<typeof PenSchema>

/** A canvas may know more colours than the palette; such a pen is not read back. */
export interface AnyPen {
  readonly colour: string
  readonly width: string
  readonly filled: boolean
}

export const FIRST_PEN: KeptPen = { colour: 'black', width: 'm', filled: true }

export function keptPen(): KeptPen {
  return readSaved(NAME, PenSchema) ?? FIRST_PEN
}

export function keepPen({ colour, width, filled }: AnyPen): void {
  writeSaved(NAME, { colour, width, filled })
}

export function samePen(a: AnyPen, b: AnyPen): boolean {
  return a.colour === b.colour && a.width === b.width && a.filled === b.filled
}
