'use client'
import { useState } from 'react'
import { HARD_LIMITS } from '../../lib/protocol/param-limits.ts'
import { settingsOf } from '../session/known-settings.ts'
import { useClient, useSession } from '../session/session-context.ts'
import { leavesBox } from './leaves-box.ts'
import { RecentWords } from './recent-words.tsx'
import { useTyping } from './typing.ts'
import { WordChips } from './word-chips.tsx'

interface PromptBoxProps {
  /** Words of earlier pictures are kept and offered; not in a page of somebody else, where they are not for all to read. */
  readonly remembers?: boolean
}

/** The words. They apply while one types; chips put the model's own words in. */
export function PromptBox({ remembers = false }: PromptBoxProps) {
  const { client } = useSession()
  const applied = useClient((state) => settingsOf(state).prompt)
  const words = useClient((state) => state.model?.words)
  // What was typed and is not applied yet; nothing else here is anybody's to apply. Another prompt between two letters
  // would move the caret, so until then the draft is the text.
  const [draft, setDraft] = useState<string>()
  const typing = useTyping()
  const text = draft ?? applied ?? ''

  const apply = (prompt: string) => {
    typing.cancel()
    client.setParams({ prompt })
    setDraft(undefined)
  }
  const type = (prompt: string) => {
    setDraft(prompt)
    typing.later(() => apply(prompt))
  }
  return (
    <section aria-label="Words" className="words">
      <div className="prompt-line">
        <label className="prompt">
          <span className="prompt-label">Prompt</span>
          <textarea
            autoComplete="off"
            data-shortcut="prompt"
            dir="auto"
            enterKeyHint="done"
            maxLength={HARD_LIMITS.promptChars}
            onBlur={() => {
              if (draft !== undefined) apply(draft)
            }}
            onChange={(event) => type(event.target.value)}
            onKeyDown={(event) => {
              if (leavesBox(event.nativeEvent)) event.currentTarget.blur()
            }}
            placeholder="What should it become?"
            rows={2}
            spellCheck={false}
            value={text}
          />
        </label>
        {remembers ? <RecentWords onChoose={apply} prompt={text} /> : null}
      </div>
      {words ? <WordChips onChange={apply} prompt={text} words={words} /> : null}
    </section>
  )
}
