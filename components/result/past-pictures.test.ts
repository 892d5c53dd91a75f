import { describe, expect, it } from 'vitest'
import { MODEL } from '../../lib/client/testing/fakes.ts'
import type { PaintedFrame } from '../../lib/client/types.ts'
import type { ShownPin } from '../session/pin-board.ts'
import { besideOf, chosenOf, factsWords, pastPictures, placeWords } from './past-pictures.ts'
import { fileName } from './picture-file.ts'

const atMs = new Date(2026, 10, 22, 14, 3, 9).getTime()
const blob = new Blob(['picture'])
const params = { ...MODEL.defaults, prompt: 'a boat', strength: 0.8, steps: 4, seed: 7 }
/** Refined: of 8 steps, at twice the size of the settings it was asked with. */
const frame = {
  seq: 1,
  blob,
  width: 512,
  height: 512,
  params,
  meta: { mode: 'refine', steps: 8, seed: 7 },
  model: MODEL,
} as unknown as PaintedFrame
const pin: ShownPin = {
  id: 'pin',
  drawing: 'd',
  atMs,
  picture: blob,
  width: 512,
  height: 512,
  params,
  model: 'Fake',
  made: { steps: 8, seed: 7 },
  url: 'blob:1',
}
const recent = ['c', 'b', 'a'].map((id) => ({ id, atMs, frame }))
const all = pastPictures(recent, [pin])

describe('pictures so far', () => {
  it('are gone through from the newest to the pins, and not beyond', () => {
    const walk = (id: string, by: 1 | -1) => {
      const one = all.find((past) => past.id === id)
      return one && besideOf(all, one, by)?.id
    }
    expect(['c', 'b', 'a', 'pin'].map((id) => walk(id, 1))).toEqual(['b', 'a', 'pin', undefined])
    expect(['c', 'pin'].map((id) => walk(id, -1))).toEqual([undefined, 'a'])
    expect(chosenOf(all, 'a')?.id).toBe('a')
    expect(chosenOf(all, 'gone')?.id).toBe('c')
    expect(chosenOf([], 'a')).toBeUndefined()
  })

  it('say how far back they are', () => {
    expect(all.map((past) => placeWords(all, past))).toEqual([
      'The newest, 14:03:09',
      '1 picture ago, 14:03:09',
      '2 pictures ago, 14:03:09',
      'Pinned Nov 22, 14:03',
    ])
  })

  it('are told alike as a file, pinned or not: with their own size, steps and seed', () => {
    const [went, , , pinned] = all
    const facts = '512 × 512, strength 0.80, 8 steps, guidance 1.0, seed 7, Fake'
    expect(went && factsWords(went.picture)).toBe(facts)
    expect(pinned && factsWords(pinned.picture)).toBe(facts)
    expect(pinned && fileName(pinned.picture)).toBe('sketchwire-7-512x512.png')
    expect(pinned?.picture.params).toEqual(went?.picture.params)
  })

  it('that were pinned by an earlier version are told with what that knew', () => {
    const { made: _made, model: _model, ...old } = pin
    const [pinned] = pastPictures([], [old])
    expect(pinned && factsWords(pinned.picture)).toBe(
      '512 × 512, strength 0.80, 4 steps, guidance 1.0, seed 7, unknown',
    )
  })
})
