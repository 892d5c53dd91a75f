// A row of words that is wider than its place: how far it is scrolled, and how far it is to be for what is chosen in it.

/** What fades at an end where words go on, px; app/styles/dock.css has the same. */
const FADE = 16

export interface RowView {
  readonly scrollLeft: number
  readonly clientWidth: number
  readonly scrollWidth: number
}

/** From the start of the row, px. */
export interface Span {
  readonly start: number
  readonly end: number
}

export interface RowSight {
  /** Words are out of sight on the left; on the right. */
  readonly before: boolean
  readonly after: boolean
  /** One that is chosen is among them, or cut off. */
  readonly chosenHidden: boolean
}

export function rowSight(
  { scrollLeft, clientWidth, scrollWidth }: RowView,
  chosen: readonly Span[],
): RowSight {
  return {
    before: scrollLeft > 1,
    after: scrollWidth - clientWidth - scrollLeft > 1,
    chosenHidden: chosen.some(
      ({ start, end }) => start < scrollLeft - 1 || end > scrollLeft + clientWidth + 1,
    ),
  }
}

/**
 * Where the row is to be scrolled to, so that what is chosen, or as many from its start as there is room for, is in sight
 * and clear of what fades: as little as that takes. Nothing where it is.
 */
export function scrollFor(
  { scrollLeft, clientWidth, scrollWidth }: RowView,
  chosen: readonly Span[],
): number | undefined {
  const [first] = chosen
  if (!first) return undefined
  const start = first.start - FADE
  const last = chosen.findLast(({ end }) => end + FADE - start <= clientWidth) ?? first
  const least = last.end + FADE - clientWidth
  const furthest = Math.max(0, scrollWidth - clientWidth)
  const wanted = Math.round(Math.max(0, Math.min(start, Math.max(scrollLeft, least), furthest)))
  return Math.abs(wanted - scrollLeft) > 1 ? wanted : undefined
}
