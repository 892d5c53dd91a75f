import { describe, expect, it } from 'vitest'
import { addressOf, drawingIdOf, idOfKey, isEmbedded, keyOf, newDrawingId } from './drawing-id.ts'

describe('drawing ids', () => {
  it('come back from their own address', () => {
    const id = newDrawingId()
    expect(drawingIdOf(addressOf(id).slice(1))).toBe(id)
  })

  it('do not repeat', () => {
    expect(new Set(Array.from({ length: 1000 }, newDrawingId)).size).toBe(1000)
  })

  it.each(['', '?d=', '?d=a/b', '?d=%3Cscript%3E', `?d=${'a'.repeat(41)}`, '?other=1'])(
    '%j names none',
    (search) => {
      expect(drawingIdOf(search)).toBeUndefined()
    },
  )

  it('come back from the name that they are kept under, and from no other', () => {
    const id = newDrawingId()
    expect(idOfKey(keyOf(id))).toBe(id)
    expect(idOfKey(id)).toBeUndefined()
    expect(idOfKey('sketchwire-')).toBeUndefined()
  })

  it('tell what another page embeds without a name of its own', () => {
    expect(['embed', 'embed-1xyz-0', 'embedded', 'mine'].filter(isEmbedded)).toEqual([
      'embed',
      'embed-1xyz-0',
    ])
  })
})
