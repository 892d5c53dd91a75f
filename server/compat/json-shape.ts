/** No message of any client comes near these; JSON that goes beyond takes seconds to parse, whatever is in it. */
export const JSON_LIMITS = { depth: 64, containers: 10_000, items: 500_000 } as const

const QUOTE = 0x22
const COMMA = 0x2c
const OPEN = [0x5b, 0x7b]
const CLOSE = [0x5d, 0x7d]

/**
 * What makes a text too costly to parse, before it is: one look at each character outside of strings, and none at
 * those inside, where megabytes of base64 are. Says nothing about whether the text is JSON.
 */
export function jsonShapeProblem(text: string): string | undefined {
  let depth = 0
  let containers = 0
  let items = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      at = endOfString(text, at)
    } else if (code === COMMA) {
      items += 1
      if (items > JSON_LIMITS.items) return `holds more than ${JSON_LIMITS.items} items`
    } else if (OPEN.includes(code)) {
      depth += 1
      containers += 1
      if (depth > JSON_LIMITS.depth) return `is nested more than ${JSON_LIMITS.depth} deep`
      if (containers > JSON_LIMITS.containers)
        return `holds more than ${JSON_LIMITS.containers} lists and objects`
    } else if (CLOSE.includes(code)) depth -= 1
  }
  return undefined
}

/** Index of the quote that ends the string begun at `start`; the text's length when none does. */
function endOfString(text: string, start: number): number {
  let at = start
  do {
    at = text.indexOf('"', at + 1)
    if (at < 0) return text.length
  } while (isEscaped(text, at))
  return at
}

/** An odd number of backslashes before it. */
function isEscaped(text: string, at: number): boolean {
  let backslashes = 0
  while (text[at - 1 - backslashes] === '\\') backslashes += 1
  return backslashes % 2 === 1
}
