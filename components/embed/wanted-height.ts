import type { EmbedView } from '../../lib/embed/options.ts'

export interface Room {
  /** Width for the sheets in CSS pixels. */
  readonly width: number
  /** Height of everything that is no sheet, gaps and padding included. */
  readonly chrome: number
  readonly gap: number
  /** Width over height of a sheet. */
  readonly aspect: number
  readonly view: EmbedView
}

/** Below this two sheets stand one above the other. */
const STACK_BELOW = 560
/** A sheet gets no wider than this by itself; a page that wants more sets the element's height. */
const WIDEST_SHEET = 640

/** Height in CSS pixels at which the sheets are as large as the width allows. */
export function wantedHeight({ width, chrome, gap, aspect, view }: Room): number {
  const sheets = view === 'side' ? 2 : 1
  const rows = sheets === 2 && width < STACK_BELOW ? 2 : 1
  const columns = sheets / rows
  const sheetWidth = Math.min(WIDEST_SHEET, (width - gap * (columns - 1)) / columns)
  return Math.ceil(chrome + (rows * sheetWidth) / aspect + gap * (rows - 1))
}
