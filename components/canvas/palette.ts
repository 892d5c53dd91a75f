// What every canvas offers: tldraw's own colours and sizes by name, so that a drawing of one canvas looks the same in the
// other. Written down, because the plain canvas must not load tldraw to know them; a test holds them against it.

interface Colour {
  readonly id: string
  readonly label: string
  readonly css: string
}

export const COLOURS = [
  { id: 'black', label: 'Black', css: '#1d1d1d' },
  { id: 'grey', label: 'Grey', css: '#9fa8b2' },
  { id: 'white', label: 'White', css: '#FFFFFF' },
  { id: 'light-blue', label: 'Sky blue', css: '#4ba1f1' },
  { id: 'blue', label: 'Blue', css: '#4465e9' },
  { id: 'light-violet', label: 'Lilac', css: '#e085f4' },
  { id: 'violet', label: 'Violet', css: '#ae3ec9' },
  { id: 'light-green', label: 'Grass green', css: '#4cb05e' },
  { id: 'green', label: 'Green', css: '#099268' },
  { id: 'yellow', label: 'Yellow', css: '#f1ac4b' },
  { id: 'orange', label: 'Orange', css: '#e16919' },
  { id: 'light-red', label: 'Coral', css: '#f87777' },
  { id: 'red', label: 'Red', css: '#e03131' },
] as const satisfies readonly Colour[]
export type ColourId = (typeof COLOURS)[number]['id']

export const WIDTHS = [
  { id: 's', label: 'Fine' },
  { id: 'm', label: 'Medium' },
  { id: 'l', label: 'Broad' },
  { id: 'xl', label: 'Brush' },
] as const satisfies readonly { readonly id: string; readonly label: string }[]
export type WidthId = (typeof WIDTHS)[number]['id']

/** The width so many places broader (or finer, below zero); `undefined` at the end of the list. */
export function widthBeside(width: string | undefined, by: 1 | -1): WidthId | undefined {
  return WIDTHS[WIDTHS.findIndex(({ id }) => id === width) + by]?.id
}
