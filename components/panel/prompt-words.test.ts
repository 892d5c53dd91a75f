import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasWord, toggleWord, wordGroups, type WordGroup } from './prompt-words.ts'

const time: WordGroup = { id: 'time', label: 'Light', words: ['day', 'sunset', 'night'], exclusive: true }
const things: WordGroup = { id: 'subject', label: 'Things', words: ['sea', 'boat', 'star'], exclusive: false }

describe('wordGroups', () => {
  it('puts light and style first and knows which hold one word only', () => {
    const groups = wordGroups({ subjects: ['sea'], mood: ['calm'], styles: ['oil'], times: ['day'] })
    expect(groups.map(({ label, exclusive }) => [label, exclusive])).toEqual([
      ['Light', true],
      ['Style', true],
      ['Things', false],
      ['Mood', false],
    ])
  })

  it('leaves out empty groups', () => {
    expect(wordGroups({ time: [], style: ['oil'] }).map(({ id }) => id)).toEqual(['style'])
  })
})

describe('toggleWord', () => {
  it('replaces a time of day where it stands', () => {
    expect(toggleWord('sunset sea boat', 'night', time)).toBe('night sea boat')
    expect(toggleWord('a boat, sunset, sea', 'day', time)).toBe('a boat, day, sea')
  })

  it('leaves one word of an exclusive group, even when the text had two', () => {
    expect(toggleWord('day sea sunset', 'night', time)).toBe('night sea')
  })

  it('appends with the separator the text already uses', () => {
    expect(toggleWord('', 'sea', things)).toBe('sea')
    expect(toggleWord('night', 'sea', things)).toBe('night sea')
    expect(toggleWord('night, calm', 'sea', things)).toBe('night, calm, sea')
    expect(toggleWord('night,', 'sea', things)).toBe('night, sea')
  })

  it('takes a word out together with what separated it', () => {
    expect(toggleWord('sea, boat, night', 'boat', things)).toBe('sea, night')
    expect(toggleWord('sea boat', 'sea', things)).toBe('boat')
  })

  it('does not take a word for a part of another', () => {
    expect(hasWord('stars over the sea', 'star')).toBe(false)
    expect(toggleWord('stars', 'star', things)).toBe('stars star')
  })

  it('keeps right-to-left text and emoji as they are', () => {
    expect(toggleWord('قارب 🚤', 'night', time)).toBe('قارب 🚤 night')
  })

  it('undoes itself on any prompt that has no word of the group', () => {
    const free = fc.string().filter((text) => !things.words.some((word) => hasWord(text, word)))
    fc.assert(
      fc.property(free, (prompt) => {
        const on = toggleWord(prompt, 'boat', things)
        expect(hasWord(on, 'boat')).toBe(true)
        expect(hasWord(toggleWord(on, 'boat', things), 'boat')).toBe(false)
      }),
    )
  })
})
