import { describe, expect, it } from 'vitest'
import { wantedHeight } from './wanted-height.ts'

const room = { width: 800, chrome: 100, gap: 10, aspect: 1, view: 'side' } as const

describe('the height an embedded canvas asks for', () => {
  it('holds two sheets side by side where they fit, and one above the other where not', () => {
    expect(wantedHeight(room)).toBe(100 + 395)
    expect(wantedHeight({ ...room, width: 400 })).toBe(100 + 400 + 10 + 400)
  })

  it('holds one sheet for lens and result, no larger than a page can bear', () => {
    expect(wantedHeight({ ...room, view: 'lens', width: 500 })).toBe(600)
    expect(wantedHeight({ ...room, view: 'result', width: 2000 })).toBe(740)
  })

  it('follows the shape of the picture', () => {
    expect(wantedHeight({ ...room, view: 'lens', width: 600, aspect: 1.5 })).toBe(500)
  })
})
