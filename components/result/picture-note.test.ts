import { expect, it } from 'vitest'
import { pictureNote } from './picture-note.ts'

it('says that the picture is of before where nobody paints another, with the way to have it painted', () => {
  const before = { painted: true, current: false }
  expect(pictureNote({ ...before, activity: 'paused' })).toEqual({
    text: 'Painted before the last change',
    canPaint: true,
  })
  expect(pictureNote({ ...before, activity: 'offline' })).toMatchObject({ canPaint: false })
})

it('says nothing while it comes by itself, nor of one that is of now', () => {
  expect(pictureNote({ painted: true, current: false, activity: 'generating' })).toBeUndefined()
  expect(pictureNote({ painted: true, current: true, activity: 'paused' })).toBeUndefined()
  expect(pictureNote({ painted: false, current: false, activity: 'offline' })).toBeUndefined()
})

it('says why there is none where Live is off', () => {
  expect(pictureNote({ painted: false, current: false, activity: 'paused' })?.text).toBe('Live is off')
})
