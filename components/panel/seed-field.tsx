import { useId, useState } from 'react'
import { useStore } from 'zustand'
import { randomSeed } from '../session/seed.ts'
import { useSession } from '../session/session-context.ts'
import { IconButton } from '../ui/icon-button.tsx'
import { seedOf } from './seed-text.ts'
import { useTyping } from './typing.ts'

interface SeedFieldProps {
  readonly value: number
  readonly limits: readonly [number, number]
  readonly onChange: (seed: number) => void
}

/** The seed: locked, a still drawing gives a still picture; open, every new stroke rolls another. */
export function SeedField({ value, limits, onChange }: SeedFieldProps) {
  const id = useId()
  const { seed } = useSession()
  const locked = useStore(seed, (state) => state.locked)
  const [low, high] = limits
  const [draft, setDraft] = useState<string>()
  const typing = useTyping()
  // What is no seed, nothing at all say, is shown until the field is left.
  const apply = (text: string) => {
    const typed = seedOf(text, limits)
    if (typed === undefined) return
    setDraft(undefined)
    onChange(typed)
  }
  return (
    <div className="field">
      <div className="field-head">
        <label htmlFor={id}>Seed</label>
        <output aria-live="off">{locked ? 'locked' : 'new with each stroke'}</output>
      </div>
      <div className="joined">
        <input
          id={id}
          inputMode="numeric"
          max={high}
          min={low}
          onBlur={() => {
            typing.cancel()
            if (draft !== undefined) apply(draft)
            setDraft(undefined)
          }}
          onChange={({ target: { value: text } }) => {
            setDraft(text)
            typing.later(() => apply(text))
          }}
          step={1}
          type="number"
          value={draft ?? value}
        />
        <IconButton
          icon={locked ? 'lock' : 'unlock'}
          label="Lock the seed"
          onClick={() => seed.setState({ locked: !locked })}
          pressed={locked}
          tip="top"
        />
        <IconButton
          icon="dice"
          label="Roll a new seed"
          onClick={() => onChange(randomSeed())}
          pageKey="G"
          tip="top"
        />
      </div>
    </div>
  )
}
