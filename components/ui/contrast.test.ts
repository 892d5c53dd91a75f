import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

// WCAG 2.2, 1.4.3: words have a contrast of 4.5 to 1 against what they stand on, in both themes.
const folder = new URL('../../app/styles/', import.meta.url)
const tokens = readFileSync(new URL('tokens.css', folder), 'utf8')

const GROUNDS = ['desk', 'surface', 'raised', 'no-picture']
const WORDS: readonly (readonly [word: string, grounds: readonly string[]])[] = [
  ['ink', GROUNDS],
  ['ink-soft', GROUNDS],
  ['ink-faint', GROUNDS],
  ['accent-text', ['desk', 'surface', 'raised']],
  ['good', ['desk', 'surface', 'raised']],
  ['bad', ['desk', 'surface', 'raised']],
  ['on-ink', ['ink', 'bad']],
]

/** The colour of a token as `#rrggbb`, light and dark. */
function coloursOf(token: string): readonly [light: string, dark: string] {
  const found = new RegExp(`--${token}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\);`).exec(tokens)
  if (!found?.[1] || !found[2]) throw new Error(`tokens.css has no --${token} of two colours`)
  return [found[1], found[2]]
}

/** Relative luminance of sRGB, 0 to 1. */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (light + 0.05) / (dark + 0.05)
}

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  const at = theme === 'light' ? 0 : 1
  const pairs = WORDS.flatMap(([word, grounds]) => grounds.map((ground) => [word, ground] as const))
  it.each(pairs)('%s can be read on %s', (word, ground) => {
    expect(contrast(coloursOf(word)[at], coloursOf(ground)[at])).toBeGreaterThanOrEqual(4.5)
  })
})

it('is measured right: black on white is 21 to 1', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21)
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
})

it('no words have the colour of marks, which need 3 to 1 only', () => {
  const sheets = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'))
  expect(sheets.filter((css) => /[\s;{]color: var\(--accent\)/.test(css))).toEqual([])
})
