import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { keepOwnColour, ownColours, readOwnColours } from './kept-own-colours.ts'

const stored = new Map<string, string>()
beforeEach(() => {
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, text: string) => void stored.set(name, text),
  })
  readOwnColours()
})
afterEach(() => {
  stored.clear()
  vi.unstubAllGlobals()
})

it('the newest takes the place of the oldest, and all others stay where they are', () => {
  for (const colour of ['#000001', '#000002', '#000003'] as const) keepOwnColour(colour)
  expect(ownColours.getState()).toEqual(['#000001', '#000002', '#000003'])
  keepOwnColour('#000004')
  expect(ownColours.getState()).toEqual(['#000004', '#000002', '#000003'])
  keepOwnColour('#000002')
  keepOwnColour('#000005')
  expect(ownColours.getState()).toEqual(['#000004', '#000005', '#000003'])
})

it('what another tab kept meanwhile stays', () => {
  keepOwnColour('#000001')
  stored.set('sketchwire:own-colours', JSON.stringify({ colours: ['#000001', '#00000a'], next: 2 }))
  keepOwnColour('#000002')
  readOwnColours()
  expect(ownColours.getState()).toEqual(['#000001', '#00000a', '#000002'])
})

it('what cannot be read is as if there were none', () => {
  stored.set('sketchwire:own-colours', JSON.stringify({ colours: ['red'], next: 7 }))
  readOwnColours()
  expect(ownColours.getState()).toEqual([])
})
