/** No message of any client comes near these; JSON that goes beyond takes seconds to parse, whatever is in it. */
export const JSON_LIMITS = { depth: 64, containers: 10_000, items: 500_000 } as const

const QUOTE = 0x22
const COMMA = 0x2c
const BACKSLASH = 0x5c
const LIST = 0x5b
const LIST_END = 0x5d
const OBJECT = 0x7b
const OBJECT_END = 0x7d

/**
 * What makes a text too costly to parse, before it is: one look at each character, which is milliseconds for
 * the largest message. Says nothing about whether the text is JSON.
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
    } else if (code === LIST || code === OBJECT) {
      depth += 1
      containers += 1
      if (depth > JSON_LIMITS.depth) return `is nested more than ${JSON_LIMITS.depth} deep`
      if (containers > JSON_LIMITS.containers)
        return `holds more than ${JSON_LIMITS.containers} lists and objects`
    } else if (code === LIST_END || code === OBJECT_END) depth -= 1
  }
  return undefined
}

/** Index of the quote that ends the string begun at `start`; the text's length when none does. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === BACKSLASH) at += 1
    else if (code === QUOTE) return at
  }
  return text.length
}
