import type { Editor } from 'tldraw'
import { expect, it } from 'vitest'
import { SHAPE_UTILS } from './shape-utils.ts'

// Of tldraw's options; those that it does not know would do nothing.
it.each(SHAPE_UTILS.filter(({ type }) => type !== 'draw'))(
  '$type: words are without a white edge',
  (Util) => {
    const util = new Util({} as Editor)
    expect(util.options).toHaveProperty('showTextOutline', false)
    expect(new (Object.getPrototypeOf(Util))({} as Editor).options).toHaveProperty('showTextOutline', true)
  },
)
