import { describe, expect, it } from 'vitest'
import { isPreviewDue, previewFor, previewWant } from './preview.ts'

const due = (want: Parameters<typeof previewWant>[0], steps: number) =>
  Array.from({ length: steps }, (_, i) => i + 1).filter((step) =>
    isPreviewDue(previewWant(want), { step, steps }),
  )

describe('a wish for previews', () => {
  it('is due at every n-th step from the asked one on, never at the last', () => {
    expect(due({ everySteps: 1 }, 4)).toEqual([1, 2, 3])
    expect(due({ everySteps: 2 }, 5)).toEqual([2, 4])
    expect(due({ everySteps: 2, fromStep: 4 }, 8)).toEqual([4, 6])
    expect(due({ everySteps: 0 }, 8)).toEqual([])
  })

  it('finds its own among the previews of others', () => {
    const form = { side: 192, codec: 'jpeg', quality: 70, name: 'mine' } as const
    const event = { step: 2, steps: 4, previews: [{ ...form, side: 256, name: 'theirs' }, form] }
    expect(previewFor(event, previewWant({ everySteps: 2 }))?.name).toBe('mine')
    expect(previewFor(event, previewWant({ everySteps: 3 }))).toBeUndefined()
    expect(previewFor(event, previewWant({ everySteps: 1, codec: 'png' }))).toBeUndefined()
    expect(previewFor(event, undefined)).toBeUndefined()
  })
})
