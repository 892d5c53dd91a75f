import { describe, expect, it } from 'vitest'
import { addressOf, drawingIdOf, newDrawingId } from './drawing-id.ts'

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
})
