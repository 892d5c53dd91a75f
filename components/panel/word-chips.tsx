import { useEffect, useMemo, useRef, useState, type RefObject } from 'react'
import { Icon } from '../ui/icon.tsx'
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
  const [open, setOpen] = useState(false)
  const chips = useRef<HTMLDivElement>(null)
  const overflows = useOverflow(chips, open ? undefined : group)
  return (
    <div aria-label={group.label} className="chip-row" data-open={open} role="group">
      <span aria-hidden="true" className="chip-row-label">
        {group.label}
      </span>
      <div className="chips" data-more={overflows && !open} ref={chips}>
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
      {overflows || open ? (
        <button
          aria-expanded={open}
          aria-label={`All words: ${group.label}`}
          className="chip-more"
          onClick={() => setOpen(!open)}
          type="button"
        >
          <Icon name="chevron" size={16} />
        </button>
      ) : null}
    </div>
  )
}

/**
 * True while the row is wider than its place; looks again when its place or `content` changes. Without content, in a row
 * that is open, it stays as it was: the button that closes it is the one that has the focus.
 */
function useOverflow(row: RefObject<HTMLElement | null>, content: unknown): boolean {
  const [overflows, setOverflows] = useState(false)
  useEffect(() => {
    const element = row.current
    if (!element || content === undefined) return
    const observer = new ResizeObserver(() => setOverflows(element.scrollWidth > element.clientWidth + 1))
    observer.observe(element)
    return () => observer.disconnect()
  }, [row, content])
  return overflows
}
