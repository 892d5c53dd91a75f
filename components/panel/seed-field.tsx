import { useId } from 'react'
import { useStore } from 'zustand'
import { randomSeed } from '../session/seed.ts'
import { useSession } from '../session/session-context.ts'
import { IconButton } from '../ui/icon-button.tsx'

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
  return (
    <div className="field">
      <div className="field-head">
        <label htmlFor={id}>Seed</label>
        <output>{locked ? 'locked' : 'new with each stroke'}</output>
      </div>
      <div className="joined">
        <input
          id={id}
          inputMode="numeric"
          max={high}
          min={low}
          onChange={(event) => {
            const seedNow = Math.round(event.target.valueAsNumber)
            if (seedNow >= low && seedNow <= high) onChange(seedNow)
          }}
          step={1}
          type="number"
          value={value}
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
          shortcut="G"
          tip="top"
        />
      </div>
    </div>
  )
}
