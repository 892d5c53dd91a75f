import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rowSight, scrollFor } from './row-scroll.ts'

const row = { scrollLeft: 0, clientWidth: 300, scrollWidth: 800 }

describe('rowSight', () => {
  it('says at which ends words go on', () => {
    expect(rowSight(row, [])).toMatchObject({ before: false, after: true })
    expect(rowSight({ ...row, scrollLeft: 200 }, [])).toMatchObject({ before: true, after: true })
    expect(rowSight({ ...row, scrollLeft: 500 }, [])).toMatchObject({ before: true, after: false })
    expect(rowSight({ ...row, scrollWidth: 300 }, [])).toMatchObject({ before: false, after: false })
  })

  it('says whether a chosen word is out of sight or cut off', () => {
    const near = { start: 100, end: 150 }
    expect(rowSight(row, [near]).chosenHidden).toBe(false)
    expect(rowSight(row, [near, { start: 280, end: 330 }]).chosenHidden).toBe(true)
    expect(rowSight({ ...row, scrollLeft: 200 }, [near]).chosenHidden).toBe(true)
  })
})

describe('scrollFor', () => {
  it('leaves a row as it is where what is chosen is in sight', () => {
    expect(scrollFor(row, [])).toBeUndefined()
    expect(scrollFor(row, [{ start: 2, end: 60 }])).toBeUndefined()
    expect(scrollFor(row, [{ start: 200, end: 280 }])).toBeUndefined()
  })

  it('scrolls as little as brings it out of the fading end', () => {
    expect(scrollFor(row, [{ start: 260, end: 320 }])).toBe(36)
    expect(scrollFor({ ...row, scrollLeft: 400 }, [{ start: 260, end: 320 }])).toBe(244)
  })

  it('shows as many from the start as there is room for', () => {
    const chosen = [
      { start: 200, end: 260 },
      { start: 400, end: 450 },
      { start: 640, end: 700 },
    ]
    expect(scrollFor(row, chosen)).toBe(166)
  })

  it('shows a chosen word whole wherever it is', () => {
    const word = fc.record({
      start: fc.integer({ min: 2, max: 698 }),
      width: fc.integer({ min: 30, max: 100 }),
    })
    fc.assert(
      fc.property(word, fc.integer({ min: 0, max: 500 }), ({ start, width }, scrollLeft) => {
        const span = { start, end: start + width }
        const view = { ...row, scrollLeft: scrollFor({ ...row, scrollLeft }, [span]) ?? scrollLeft }
        const { before, after, chosenHidden } = rowSight(view, [span])
        expect(chosenHidden).toBe(false)
        if (before) expect(span.start - view.scrollLeft).toBeGreaterThanOrEqual(15)
        if (after) expect(view.scrollLeft + view.clientWidth - span.end).toBeGreaterThanOrEqual(15)
      }),
    )
  })
})
