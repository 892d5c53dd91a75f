import { useId } from 'react'
import { Icon, type IconName } from './icon.tsx'

export interface SegmentedProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: readonly { readonly id: T; readonly label: string; readonly icon?: IconName }[]
  readonly onChange: (value: T) => void
}

/** A few choices of which one holds: a radio group in looks and in behaviour. */
export function Segmented<T extends string>({ label, value, options, onChange }: SegmentedProps<T>) {
  const name = useId()
  return (
    <fieldset className="segmented">
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label key={option.id}>
          <input
            aria-label={option.label}
            checked={option.id === value}
            className="sr-only"
            name={name}
            onChange={() => onChange(option.id)}
            type="radio"
            value={option.id}
          />
          <span className="segment">
            {option.icon ? <Icon name={option.icon} size={18} /> : null}
            <span className="segment-label">{option.label}</span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}
