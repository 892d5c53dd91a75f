import { expect, it } from 'vitest'
import { Places } from './places.ts'

const canvas = () => ({ isConnected: true })

it('gives each the lowest free number, of its kind', () => {
  const places = new Places()
  const [a, b, c] = [canvas(), canvas(), canvas()]
  expect([a, b].map((one) => places.of(one))).toEqual(['0', '1'])
  expect(places.of(c, 's')).toBe('s0')
})

it('lets each keep its place while it is on the page, whatever comes or goes', () => {
  const places = new Places()
  const [a, b, c, d] = [canvas(), canvas(), canvas(), canvas()]
  for (const one of [a, b]) places.of(one)
  expect(places.of(c)).toBe('2')
  a.isConnected = false
  expect(places.of(d)).toBe('0')
  expect([b, c].map((one) => places.of(one))).toEqual(['1', '2'])
})

it('has the place of one that left ready for it, unless somebody took it', () => {
  const places = new Places()
  const [a, b, c] = [canvas(), canvas(), canvas()]
  for (const one of [a, b]) places.of(one)
  b.isConnected = false
  b.isConnected = true
  expect(places.of(b, 's')).toBe('1')
  a.isConnected = false
  expect(places.of(c)).toBe('0')
  a.isConnected = true
  expect(places.of(a)).toBe('2')
})
