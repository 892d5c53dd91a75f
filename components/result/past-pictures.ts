// Pictures that went by and pictures that were pinned, as one list that a person goes through.
import type { PaintedFrame } from '../../lib/client/types.ts'
import type { ShownPin } from '../session/pin-board.ts'
import type { RecentPicture } from '../session/recent-pictures.ts'
import { paintedPicture, pinnedPicture, type FilePicture } from './picture-file.ts'

interface Past {
  readonly id: string
  readonly atMs: number
  readonly picture: FilePicture
}
export type PastPicture =
  | (Past & { readonly kind: 'recent'; readonly frame: PaintedFrame })
  | (Past & { readonly kind: 'pinned'; readonly pin: ShownPin })

/** Newest first, what went by before what was pinned. */
export function pastPictures(recent: readonly RecentPicture[], pins: readonly ShownPin[]): PastPicture[] {
  return [
    ...recent.map(({ id, atMs, frame }): PastPicture => {
      return { kind: 'recent', id, atMs, frame, picture: paintedPicture(frame) }
    }),
    ...pins.map((pin): PastPicture => {
      return { kind: 'pinned', id: pin.id, atMs: pin.atMs, pin, picture: pinnedPicture(pin) }
    }),
  ]
}

/** The chosen one, or the first where that is gone. */
export function chosenOf(all: readonly PastPicture[], chosen: string | undefined): PastPicture | undefined {
  return all.find(({ id }) => id === chosen) ?? all[0]
}

/** The one so many places on, and none beyond either end. */
export function besideOf(all: readonly PastPicture[], one: PastPicture, by: 1 | -1): PastPicture | undefined {
  return all[all.findIndex(({ id }) => id === one.id) + by]
}

const CLOCK = new Intl.DateTimeFormat('en', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})
const DAY = new Intl.DateTimeFormat('en', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})

/** How far back it is: in pictures while it is one that went by, in time when it was pinned. */
export function placeWords(all: readonly PastPicture[], { kind, id, atMs }: PastPicture): string {
  if (kind === 'pinned') return `Pinned ${DAY.format(atMs)}`
  const ago = all.findIndex((past) => past.id === id)
  if (ago === 0) return `The newest, ${CLOCK.format(atMs)}`
  return `${ago} ${ago === 1 ? 'picture' : 'pictures'} ago, ${CLOCK.format(atMs)}`
}

/** What it was made with. */
export function factsWords({ params, width, height, model }: FilePicture): string {
  const { seed, steps, strength, guidanceScale } = params
  return [
    `${width} × ${height}`,
    `strength ${strength.toFixed(2)}`,
    `${steps} ${steps === 1 ? 'step' : 'steps'}`,
    `guidance ${guidanceScale.toFixed(1)}`,
    `seed ${seed}`,
    model.name,
  ].join(', ')
}
