/** Characters of a drawing's words that say which one it is. */
const ENOUGH = 40

export function shortWords(prompt: string): string {
  return prompt.length > ENOUGH ? `${prompt.slice(0, ENOUGH)}…` : prompt
}
