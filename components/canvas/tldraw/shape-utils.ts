import { GeoShapeUtil, TextShapeUtil } from 'tldraw'
import { PenDrawUtil } from './pen-draw-util.tsx'

/**
 * Words have no white edge here: on colours it is drawn around what nobody drew, and Safari, which leaves it out on the
 * page, paints it in some sizes of what is exported and not in others.
 */
const BARE_WORDS = { showTextOutline: false }

/** Where they are other than tldraw's own. */
export const SHAPE_UTILS = [
  PenDrawUtil,
  GeoShapeUtil.configure(BARE_WORDS),
  TextShapeUtil.configure(BARE_WORDS),
]
