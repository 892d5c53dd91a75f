// tldraw paints a shape whose colour is no name of its theme in that colour itself, as CSS; only its validators know no
// other than the names. Here they take colours of one's own as well.
import { DefaultColorStyle, type TLDefaultColor, type TLDefaultColorStyle } from 'tldraw'
import { isOwnColour } from '../own-colour.ts'

declare module '@tldraw/tlschema' {
  interface TLThemeDefaultColors {
    [own: `#${string}`]: TLDefaultColor
  }
}

/** To be called before a store is made or a record is read. */
export function takeAnyColour(): void {
  // Every editor that is opened sets the names of its theme anew, as a validator of their own.
  Object.defineProperty(DefaultColorStyle, 'type', {
    configurable: true,
    get: () => ({ validate: anyColour }),
    set: () => undefined,
  })
}

function anyColour(value: unknown): TLDefaultColorStyle {
  const named = DefaultColorStyle.values.find((name) => name === value)
  if (named !== undefined) return named
  if (isOwnColour(value)) return value
  throw new Error(
    `${JSON.stringify(value)} is no colour; expected one of the palette, or #rrggbb in lower case`,
  )
}
