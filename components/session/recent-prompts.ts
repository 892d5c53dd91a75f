// The words of earlier pictures, in this browser: chips and pins write over a prompt, and no undo reaches it.
import * as v from 'valibot'
import { readSaved, writeSaved } from './saved.ts'

const NAME = 'prompts'
const MOST = 10

/** Newest first. */
export function recentPrompts(): readonly string[] {
  return readSaved(NAME, v.array(v.string())) ?? []
}

/** Puts a prompt at the head; one that goes on where the head ended is that prompt, grown. */
export function rememberPrompt(prompt: string): void {
  const words = prompt.trim()
  if (words === '') return
  const [head, ...rest] = recentPrompts()
  const known = head === undefined || words.startsWith(head) ? rest : [head, ...rest]
  writeSaved(NAME, [words, ...known.filter((other) => other !== words)].slice(0, MOST))
}
