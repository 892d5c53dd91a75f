import { expect, it } from 'vitest'
import { drawingNameFor, drawingNameFrom, earlierName, isDrawingName } from './drawing-name.ts'

const BLOG = 'https://blog.example.org'
const SHOP = 'https://shop.example.org'

it('is one that can be kept and travels in addresses', () => {
  expect(['boat', 'a-B_9', 'a'.repeat(40)].map(isDrawingName)).toEqual([true, true, true])
  expect(['', 'my boat', 'bœuf', '../x', 'a'.repeat(41)].map(isDrawingName)).toEqual(Array(5).fill(false))
})

it('is made the same for the same page and place, and for the same page and words, and is a name', () => {
  const made = [
    drawingNameFor('/post', '0'),
    drawingNameFor('/post', 's0'),
    drawingNameFor('/other', '0'),
    drawingNameFrom('/post', 'my boat'),
    drawingNameFrom('/post', 'your boat'),
    drawingNameFrom('/other', 'my boat'),
    drawingNameFrom('/post', 'a'.repeat(9000)),
    drawingNameFor('/post', '0', BLOG),
    drawingNameFor('/post', '0', SHOP),
    drawingNameFrom('/post', 'my boat', BLOG),
  ]
  expect(new Set(made).size).toBe(made.length)
  expect(made.every(isDrawingName)).toBe(true)
  expect(drawingNameFrom('/post', 'my boat')).toBe(made[3])
})

it('stays what earlier versions made of a page, and tells what those made before they knew of origins', () => {
  expect(drawingNameFor('/', '0')).toBe('embed-bo0mse-0')
  const name = drawingNameFor('/', '0', BLOG)
  expect(name).toBe('embed-bo0mse-0-17wqu46')
  expect(earlierName(name, BLOG)).toBe('embed-bo0mse-0')
  expect(earlierName(name, SHOP)).toBeUndefined()
  expect(earlierName('boat', BLOG)).toBeUndefined()
})
