import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { takesText } from './takes-text.ts'

class Element extends EventTarget {
  readonly isContentEditable: boolean
  readonly tagName: string
  constructor(tagName: string, isContentEditable = false) {
    super()
    this.tagName = tagName
    this.isContentEditable = isContentEditable
  }
}
class Input extends Element {
  readonly type: string
  constructor(type: string) {
    super('INPUT')
    this.type = type
  }
}

beforeEach(() => {
  vi.stubGlobal('HTMLElement', Element)
  vi.stubGlobal('HTMLInputElement', Input)
})
afterEach(() => {
  vi.unstubAllGlobals()
})

it.each(['text', 'number', 'search', 'url', 'password'])('an input of type %s takes text', (type) => {
  expect(takesText(new Input(type))).toBe(true)
})

it.each(['range', 'checkbox', 'radio', 'color', 'file'])(
  'an input of type %s leaves keys to the page',
  (type) => {
    expect(takesText(new Input(type))).toBe(false)
  },
)

it('so do words that can be edited and lists that can be searched, and nothing else', () => {
  expect(takesText(new Element('TEXTAREA'))).toBe(true)
  expect(takesText(new Element('SELECT'))).toBe(true)
  expect(takesText(new Element('DIV', true))).toBe(true)
  expect(takesText(new Element('BUTTON'))).toBe(false)
  expect(takesText(new EventTarget())).toBe(false)
  expect(takesText(null)).toBe(false)
})
