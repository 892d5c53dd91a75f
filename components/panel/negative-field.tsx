import { useId, useState } from 'react'
import { HARD_LIMITS } from '../../lib/protocol/param-limits.ts'
import { leavesBox } from './leaves-box.ts'
import { useTyping } from './typing.ts'

interface NegativeFieldProps {
  readonly value: string
  /** The model looks at it: with a guidance of 1 it does not. */
  readonly counts: boolean
  readonly onChange: (negativePrompt: string) => void
}

/** What the picture is led away from. It applies while one types, as the prompt does. */
export function NegativeField({ value, counts, onChange }: NegativeFieldProps) {
  const id = useId()
  const [draft, setDraft] = useState<string>()
  const typing = useTyping()
  const apply = (words: string) => {
    typing.cancel()
    onChange(words)
    setDraft(undefined)
  }
  return (
    <div className="field negative-field" title="What the picture is to be without">
      <div className="field-head">
        <label htmlFor={id}>Negative prompt</label>
        <output htmlFor={id}>{counts ? '' : 'counts above a guidance of 1'}</output>
      </div>
      <div className="joined">
        <input
          autoComplete="off"
          dir="auto"
          enterKeyHint="done"
          id={id}
          maxLength={HARD_LIMITS.promptChars}
          onBlur={() => {
            if (draft !== undefined) apply(draft)
          }}
          onChange={({ target: { value: words } }) => {
            setDraft(words)
            typing.later(() => apply(words))
          }}
          onKeyDown={(event) => {
            if (leavesBox(event.nativeEvent)) event.currentTarget.blur()
          }}
          placeholder="What should it be without?"
          spellCheck={false}
          type="text"
          value={draft ?? value}
        />
      </div>
    </div>
  )
}
