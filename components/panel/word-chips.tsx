import { useMemo, useRef, useState } from 'react'
import { Icon } from '../ui/icon.tsx'
import { hasWord, toggleWord, wordGroups, type WordGroup } from './prompt-words.ts'
import { useRowScroll } from './use-row-scroll.ts'

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
  const [open, setOpen] = useState(false)
  const chips = useRef<HTMLDivElement>(null)
  const { sight, overflows, showChosen, stay, look } = useRowScroll({ row: chips, group, prompt, open })
  const press = (word: string) => {
    const pressed = toggleWord(prompt, word, group)
    stay(pressed)
    onChange(pressed)
  }
  return (
    <div aria-label={group.label} className="chip-row" data-open={open} role="group">
      <span aria-hidden="true" className="chip-row-label">
        {group.label}
      </span>
      <div
        className="chips"
        data-after={sight.after}
        data-before={sight.before}
        // A finger leaves before its tap is a click, and where the browser takes it for a pan.
        onPointerLeave={({ pointerType }) => pointerType === 'mouse' && showChosen()}
        onScroll={look}
        ref={chips}
      >
        {group.words.map((word) => (
          <button
            aria-pressed={hasWord(prompt, word)}
            className="chip"
            key={word}
            onClick={() => press(word)}
            type="button"
          >
            {word}
          </button>
        ))}
      </div>
      {overflows || open ? (
        <button
          aria-expanded={open}
          aria-label={`All words: ${group.label}`}
          className="chip-more"
          data-hides-chosen={sight.chosenHidden && !open}
          onClick={() => setOpen(!open)}
          type="button"
        >
          <Icon name="chevron" size={16} />
        </button>
      ) : null}
    </div>
  )
}
