'use client'
import { useState } from 'react'
import { HARD_LIMITS } from '../../lib/protocol/params.ts'
import { useClient, useSession } from '../session/session-context.ts'
import { useTyping } from './typing.ts'
import { WordChips } from './word-chips.tsx'

/** The words. They apply while one types; chips put the model's own words in. */
export function PromptBox() {
  const { client } = useSession()
  const applied = useClient((state) => state.params?.prompt)
  const words = useClient((state) => state.model?.words)
  const [draft, setDraft] = useState<string>()
  const [editing, setEditing] = useState(false)
  const typing = useTyping()
  // What is being typed is the text until the box is left: a value that comes back from the connection between two
  // letters would move the caret. Before the first welcome there is nothing applied to show yet.
  const text = (editing || applied === undefined ? draft : undefined) ?? applied ?? ''

  const apply = (prompt: string) => {
    typing.cancel()
    client.setParams({ prompt })
  }
  const type = (prompt: string) => {
    setDraft(prompt)
    typing.later(() => apply(prompt))
  }
  const choose = (prompt: string) => {
    apply(prompt)
    setDraft(prompt)
  }
  return (
    <section aria-label="Words" className="words">
      <label className="prompt">
        <span className="prompt-label">Prompt</span>
        <textarea
          autoComplete="off"
          data-shortcut="prompt"
          dir="auto"
          enterKeyHint="done"
          maxLength={HARD_LIMITS.promptChars}
          onBlur={() => {
            setEditing(false)
            if (draft !== undefined && draft !== applied) apply(draft)
          }}
          onChange={(event) => type(event.target.value)}
          onFocus={() => {
            setEditing(true)
            setDraft(text)
          }}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return
            if (event.key === 'Escape' || (event.key === 'Enter' && !event.shiftKey))
              event.currentTarget.blur()
          }}
          placeholder="What should it become?"
          rows={2}
          spellCheck={false}
          value={text}
        />
      </label>
      {words ? <WordChips onChange={choose} prompt={text} words={words} /> : null}
    </section>
  )
}
