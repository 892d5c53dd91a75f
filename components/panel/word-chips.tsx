import { useMemo } from 'react'
import { hasWord, toggleWord, wordGroups, type WordGroup } from './prompt-words.ts'

interface WordChipsProps {
  readonly words: Readonly<Record<string, readonly string[]>>
  readonly prompt: string
  readonly onChange: (prompt: string) => void
}

/** The words the loaded model knows, by group. */
export function WordChips({ words, prompt, onChange }: WordChipsProps) {
  const groups = useMemo(() => wordGroups(words), [words])
  return (
    <div className="chip-groups">
      {groups.map((group) => (
        <ChipRow group={group} key={group.id} onChange={onChange} prompt={prompt} />
      ))}
    </div>
  )
}

interface ChipRowProps {
  readonly group: WordGroup
  readonly prompt: string
  readonly onChange: (prompt: string) => void
}

function ChipRow({ group, prompt, onChange }: ChipRowProps) {
  return (
    <div aria-label={group.label} className="chip-row" role="group">
      <span aria-hidden="true" className="chip-row-label">
        {group.label}
      </span>
      <div className="chips">
        {group.words.map((word) => (
          <button
            aria-pressed={hasWord(prompt, word)}
            className="chip"
            key={word}
            onClick={() => onChange(toggleWord(prompt, word, group))}
            type="button"
          >
            {word}
          </button>
        ))}
      </div>
    </div>
  )
}
