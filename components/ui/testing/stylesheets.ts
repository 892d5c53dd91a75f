// The page's stylesheets as tests read them: by rule, as they are written.
import { readdirSync, readFileSync } from 'node:fs'

const folder = new URL('../../../app/styles/', import.meta.url)

/** Text by file name, without comments. */
export const sheets: ReadonlyMap<string, string> = new Map(
  readdirSync(folder).map((name) => [name, withoutComments(readFileSync(new URL(name, folder), 'utf8'))]),
)

interface Rule {
  readonly selector: string
  /** Declarations, as they are written. */
  readonly body: string
}

/** Every rule of every sheet, those in media queries as well. */
export const rules: readonly Rule[] = [...sheets.values()].flatMap((css) =>
  [...css.matchAll(/([^{};]+)\{([^{}]*)\}/g)].map(([, selector = '', body = '']) => ({
    selector: inOneLine(selector),
    body,
  })),
)

/** The value that the first rule of exactly this selector gives to a property. */
export function declared(selector: string, property: string): string {
  const rule = rules.find((candidate) => candidate.selector === selector)
  if (!rule) throw new Error(`No stylesheet has a rule for "${selector}": was it renamed?`)
  const value = new RegExp(`(?:^|[;\\s])${property}:([^;]+);`).exec(rule.body)?.[1]
  if (value === undefined) throw new Error(`The rule for "${selector}" gives no ${property}: ${rule.body}`)
  return inOneLine(value)
}

/** The name of the one token in a value: `ink` of `0 0 0 2px var(--ink)`. */
export function tokenIn(value: string): string {
  const token = /var\(--([\w-]+)\)/.exec(value)?.[1]
  if (token === undefined) throw new Error(`There is no token in "${value}"`)
  return token
}

function withoutComments(css: string): string {
  return css.replace(/\/\*[\s\S]*?\*\//g, '')
}

function inOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
