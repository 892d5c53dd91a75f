// Colours beyond the palette, those of whoever draws: written as CSS and `<input type="color">` write them.
import { COLOURS, type ColourId } from './palette.ts'

/** `#rrggbb` in lower case. */
export type OwnColour = `#${string}`
export type AnyColour = ColourId | OwnColour

const OWN = /^#[0-9a-f]{6}$/

export function isOwnColour(value: unknown): value is OwnColour {
  return typeof value === 'string' && OWN.test(value)
}

/** CSS. Black for a name that nobody knows: of a drawing made elsewhere. */
export function cssOf(colour: string): string {
  const known = COLOURS.find(({ id }) => id === colour) ?? COLOURS[0]
  return isOwnColour(colour) ? colour : known.css
}
