import { expect, it } from 'vitest'
import { shortWords } from './short-words.ts'

it('words of any length say in one line which drawing it is', () => {
  expect(shortWords('a boat')).toBe('a boat')
  expect(shortWords('w'.repeat(40))).toBe('w'.repeat(40))
  expect(shortWords('w'.repeat(2000))).toBe(`${'w'.repeat(40)}…`)
})
