import type { Stroke } from '../plain-drawing.ts'

/** A short black line down the page at `x`. */
export const strokeAt = (x: number): Stroke => ({
  kind: 'stroke',
  colour: 'black',
  width: 'm',
  filled: false,
  points: [
    [x, 0, 0.5],
    [x, 10, 0.5],
  ],
})
