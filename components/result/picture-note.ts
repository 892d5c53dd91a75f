import type { Activity } from '../../lib/client/types.ts'

interface Standing {
  /** There is a picture. */
  readonly painted: boolean
  /** It is of the drawing as it is now. */
  readonly current: boolean
  readonly activity: Activity
}

export interface PictureNote {
  readonly text: string
  /** It can be painted now, if somebody asks for it. */
  readonly canPaint: boolean
}

/** What is to be said of a picture that is not of the drawing as it is now, while nobody is painting that one. */
export function pictureNote({ painted, current, activity }: Standing): PictureNote | undefined {
  if (current || (activity !== 'paused' && activity !== 'offline')) return undefined
  const canPaint = activity === 'paused'
  if (painted) return { text: 'Painted before the last change', canPaint }
  return canPaint ? { text: 'Live is off', canPaint } : undefined
}
