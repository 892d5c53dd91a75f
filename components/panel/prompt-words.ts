// Chips over the prompt: pressing one puts its word into the text or takes it out. Of the times of day and of the
// styles only one can hold, so a word of those groups takes the place of the one before.

export interface WordGroup {
  readonly id: string
  readonly label: string
  readonly words: readonly string[]
  /** At most one word of the group is in the prompt. */
  readonly exclusive: boolean
}

const KNOWN: readonly { readonly match: RegExp; readonly label: string; readonly exclusive: boolean }[] = [
  { match: /^(times?|light|time.?of.?day)$/i, label: 'Light', exclusive: true },
  { match: /^(styles?|medium)$/i, label: 'Style', exclusive: true },
  { match: /^(subjects?|things?)$/i, label: 'Things', exclusive: false },
]

/** The model's words as groups in the order people think of them: light, style, things, then whatever else there is. */
export function wordGroups(words: Readonly<Record<string, readonly string[]>>): WordGroup[] {
  const rank = (id: string) => {
    const at = KNOWN.findIndex(({ match }) => match.test(id))
    return at < 0 ? KNOWN.length : at
  }
  return Object.entries(words)
    .filter(([, list]) => list.length > 0)
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([id, list]) => {
      const known = KNOWN[rank(id)]
      return { id, label: known?.label ?? capital(id), words: list, exclusive: known?.exclusive ?? false }
    })
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

const SEPARATOR = /([\s,]+)/

/** Words and what stands between them, alternating; words at even places. */
function split(prompt: string): string[] {
  return prompt.split(SEPARATOR)
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()

export function hasWord(prompt: string, word: string): boolean {
  return split(prompt).some((part, at) => at % 2 === 0 && same(part, word))
}

/** The prompt with `word` put in or taken out. */
export function toggleWord(prompt: string, word: string, group: WordGroup): string {
  if (hasWord(prompt, word)) return without(prompt, [word])
  if (!group.exclusive) return appended(prompt, word)
  const parts = split(prompt)
  const at = parts.findIndex((part, i) => i % 2 === 0 && group.words.some((other) => same(other, part)))
  if (at < 0) return appended(prompt, word)
  parts[at] = word
  return without(
    parts.join(''),
    group.words.filter((other) => !same(other, word)),
  )
}

function appended(prompt: string, word: string): string {
  const text = prompt.trimEnd()
  if (text === '') return word
  if (text.endsWith(',')) return `${text} ${word}`
  return text.includes(',') ? `${text}, ${word}` : `${text} ${word}`
}

function without(prompt: string, words: readonly string[]): string {
  const parts = split(prompt)
  const kept: string[] = []
  for (let at = 0; at < parts.length; at += 2) {
    const word = parts[at] ?? ''
    if (words.some((other) => same(other, word))) continue
    if (kept.length > 0) kept.push(parts[at - 1] ?? ' ')
    kept.push(word)
  }
  return kept.join('')
}
