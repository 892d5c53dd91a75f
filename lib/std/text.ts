// Characters as people and other languages count them: Unicode code points. `length` counts UTF-16 units, of which an
// emoji has two, and a cut between those two leaves half a character, which is not text any more.

/** The first `most` characters of a text; what follows them takes no time. */
export function firstChars(text: string, most: number): string {
  if (text.length <= most) return text
  let end = 0
  for (let chars = 0; chars < most && end < text.length; chars++)
    end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1
  return text.slice(0, end)
}

/** Whether a text has no more characters than `most`; one that is much too long takes no time. */
export function hasAtMostChars(text: string, most: number): boolean {
  return text.length <= 2 * most && [...text].length <= most
}

/** A text that is shown to people, cut short with an ellipsis. */
export function shortened(text: string, most: number): string {
  return hasAtMostChars(text, most) ? text : `${firstChars(text, most)}…`
}
