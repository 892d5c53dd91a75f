interface ChoiceChipsProps<T> {
  readonly label: string
  readonly options: readonly { readonly value: T; readonly label: string }[]
  readonly chosen: readonly T[]
  readonly disabled: boolean
  readonly onChange: (chosen: readonly T[]) => void
}

/** Any of a few values, at least one: the last that is chosen cannot be taken away. */
export function ChoiceChips<T>({ label, options, chosen, disabled, onChange }: ChoiceChipsProps<T>) {
  const toggle = (value: T, on: boolean) => {
    const next = options
      .map((option) => option.value)
      .filter((one) => (one === value ? on : chosen.includes(one)))
    if (next.length > 0) onChange(next)
  }
  return (
    <fieldset className="choice">
      <legend>{label}</legend>
      <div className="choice-chips">
        {options.map((option) => (
          <label className="choice-chip" key={option.label}>
            <input
              checked={chosen.includes(option.value)}
              className="sr-only"
              disabled={disabled}
              onChange={(event) => toggle(option.value, event.target.checked)}
              type="checkbox"
            />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
