import { useEffect, useId, useRef, useState } from 'react'
import { recentPrompts, rememberPrompt } from '../session/recent-prompts.ts'
import { Icon } from '../ui/icon.tsx'
import { placeAbove } from './place-above.ts'

/** Words that stood for so long were meant: those between two letters, or two chips, were not. */
const STOOD_MS = 4000

interface RecentWordsProps {
  /** The prompt of now. */
  readonly prompt: string
  readonly onChoose: (prompt: string) => void
}

/** The way back to words that were written over. */
export function RecentWords({ prompt, onChoose }: RecentWordsProps) {
  const id = useId()
  const [known, setKnown] = useState<readonly string[]>([])
  const popover = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    const timer = setTimeout(() => rememberPrompt(prompt), STOOD_MS)
    return () => clearTimeout(timer)
  }, [prompt])
  return (
    <>
      <button
        aria-haspopup="dialog"
        aria-label="Words used before"
        className="icon-button prompt-recent"
        data-tip="Words used before"
        data-tip-side="left"
        popoverTarget={id}
        ref={button}
        type="button"
      >
        <Icon name="history" size={18} />
      </button>
      <div
        aria-label="Words used before"
        className="menu recent-words"
        id={id}
        onBeforeToggle={(event) => {
          const box = button.current?.closest<HTMLElement>('.prompt-line')
          if (event.newState !== 'open' || !popover.current || !box) return
          setKnown(recentPrompts().filter((words) => words !== prompt.trim()))
          placeAbove(popover.current, box)
        }}
        popover="auto"
        ref={popover}
        role="dialog"
      >
        {known.length === 0 ? <p className="menu-title">Words gather here once they were painted</p> : null}
        {known.map((words) => (
          <button
            className="recent-prompt"
            key={words}
            onClick={() => {
              popover.current?.hidePopover()
              onChoose(words)
            }}
            type="button"
          >
            {words}
          </button>
        ))}
      </div>
    </>
  )
}
