import { describe, expect, it } from 'vitest'
import { declared, sheets, tokenIn } from './testing/stylesheets.ts'

// WCAG 2.2: words have a contrast of 4.5 to 1 against what they stand on (1.4.3); marks, the rings of the focus and
// what tells on from off have 3 to 1 (1.4.11, 2.4.7); in both themes.
const tokens = sheets.get('tokens.css') ?? ''

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

/** 0..255 of sRGB. */
type Colour = readonly [r: number, g: number, b: number]
type Theme = 'light' | 'dark'

/** `#rrggbb`, or the colour of a token in a theme; one with a `/` in it, as in `hover/raised`, over the other. */
function colourOf(name: string, theme: Theme): Colour {
  const [upper = name, under] = name.split('/')
  if (under !== undefined) return mixed(upper, colourOf(under, theme), theme)
  return hex(name.startsWith('#') ? name : half(name, /#[0-9a-f]{6}/, theme))
}

function mixed(token: string, ground: Colour, theme: Theme): Colour {
  const value = half(token, /rgb\(\d+ \d+ \d+ \/ \d+%\)/, theme)
  const [r, g, b, percent = 0] = (value.match(/\d+/g) ?? []).map(Number)
  const over = (byte = 0, under: number) => (byte * percent + under * (100 - percent)) / 100
  return [over(r, ground[0]), over(g, ground[1]), over(b, ground[2])]
}

/** What a token is in a theme, where it is of `shape` in both or the same in both. */
function half(token: string, shape: RegExp, theme: Theme): string {
  const pair = `(?:light-dark\\((${shape.source}), (${shape.source})\\)|(${shape.source}))`
  const found = new RegExp(`--${token}: ${pair};`).exec(tokens)
  const value = found?.[3] ?? found?.[theme === 'light' ? 1 : 2]
  if (value === undefined) throw new Error(`tokens.css has no --${token} of the shape ${shape.source}`)
  return value
}

function hex(text: string): Colour {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16))
  return [r, g, b]
}

/** Relative luminance of sRGB, 0 to 1. */
function luminance(colour: Colour): number {
  const [r = 0, g = 0, b = 0] = colour.map((byte) => {
    const value = byte / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(a: Colour, b: Colour): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (light + 0.05) / (dark + 0.05)
}

/** The token that a rule takes for a property. */
const taken = (selector: string, property: string) => tokenIn(declared(selector, property))

/** Words of rules that do not lie on a plain ground: on a row under the pointer, or in a field of a phone's dock. */
const RULED_WORDS: readonly (readonly [word: string, ground: string])[] = [
  [taken('.menu-detail', 'color'), 'hover/raised'],
  [taken('.prompt textarea::placeholder', 'color'), 'hover/raised'],
  [taken('.prompt textarea::placeholder', 'color'), 'surface'],
  [taken('.drawing-open[aria-current] .drawing-when', 'color'), 'hover/raised'],
]

const CHOSEN = [
  '.segmented input:checked + .segment',
  ".width-button[aria-pressed='true']",
  ".swatches .icon-button[aria-pressed='true']",
]
const ON = '.switch input:checked + .switch-track'
/** What tells one thing from another, and what it is told from. */
const MARKS: readonly (readonly [mark: string, ground: string])[] = [
  ...GROUNDS.map((ground) => [taken(':focus-visible', 'outline'), ground] as const),
  ['on-ink', 'ink'],
  ['on-ink', 'bad'],
  ['on-paper', 'paper'],
  ...CHOSEN.flatMap((selector) =>
    ['desk', 'surface', 'raised', 'hover/desk', 'hover/raised'].map(
      (ground) => [taken(selector, 'box-shadow'), ground] as const,
    ),
  ),
  // A switch lies in the header, and in a phone's dock.
  ...['desk', 'raised'].flatMap((ground) => [
    [taken('.switch-track', 'box-shadow'), ground] as const,
    [taken('.switch-track::after', 'background'), ground] as const,
    [taken(ON, 'background'), ground] as const,
  ]),
  [taken(`${ON}::after`, 'background'), taken(ON, 'background')],
]

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  const words = WORDS.flatMap(([word, grounds]) => grounds.map((ground) => [word, ground] as const))
  it.each([...words, ...RULED_WORDS])('%s can be read on %s', (word, ground) => {
    expect(contrast(colourOf(word, theme), colourOf(ground, theme))).toBeGreaterThanOrEqual(4.5)
  })
  it.each(MARKS)('%s can be told from %s', (mark, ground) => {
    expect(contrast(colourOf(mark, theme), colourOf(ground, theme))).toBeGreaterThanOrEqual(3)
  })
})

it('the ring of the focus has the ink of its ground where the accent would be lost', () => {
  expect(taken(':is(.zoom-chip, .sheet-drawing .load-failed .button):focus-visible', 'outline-color')).toBe(
    'on-paper',
  )
  const words = ":is(.notice, .picture-note, .status[data-tone='trouble']) :focus-visible"
  expect(declared(words, 'outline-color')).toBe('currentColor')
})

it('is measured right: black on white is 21 to 1, and half of it over white is grey', () => {
  expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21)
  expect(contrast(hex('#777777'), [255, 255, 255])).toBeCloseTo(4.48, 2)
  expect(colourOf('hover/raised', 'light').map(Math.round)).toEqual([241, 241, 241])
})

it('no words have the colour of marks, which need 3 to 1 only', () => {
  const wrong = [...sheets].filter(([, css]) => /[\s;{]color: var\(--accent\)/.test(css))
  expect(wrong.map(([name]) => name)).toEqual([])
})
