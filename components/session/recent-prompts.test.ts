import { beforeEach, afterEach, expect, it, vi } from 'vitest'
import { recentPrompts, rememberPrompt } from './recent-prompts.ts'

beforeEach(() => {
  const storage = new Map<string, string>()
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => storage.get(name) ?? null,
    setItem: (name: string, text: string) => storage.set(name, text),
  })
})
afterEach(() => void vi.unstubAllGlobals())

it('the last ten prompts are remembered, each once, newest first', () => {
  for (let at = 0; at < 12; at++) rememberPrompt(`boat ${at}.`)
  rememberPrompt('boat 5.')
  expect(recentPrompts()).toEqual([5, 11, 10, 9, 8, 7, 6, 4, 3, 2].map((at) => `boat ${at}.`))
})

it('one that was typed on is one, and none is none', () => {
  for (const words of ['a house', 'a boat', ' a boat in fog ', 'a boat in fog', '', 'a boat'])
    rememberPrompt(words)
  expect(recentPrompts()).toEqual(['a boat', 'a boat in fog', 'a house'])
})
